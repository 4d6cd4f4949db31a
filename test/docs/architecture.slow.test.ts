import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { page, root } from './project.js';

const waysRule = z.record(
  z.enum(['slot', 'call', 'exit']),
  z.array(z.object({ file: z.string(), by: z.array(z.string()) })),
);

const text = page('docs/architecture.md');
const ways = waysRule.parse(count());

function count(): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/ways.mjs'), '--json'], {
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The numbered files below the heading of a way. */
function stations(name: string): string[] {
  const [, section = ''] = text.split(`### One ${name}\n`);
  const [own = ''] = section.split(/^#+ /m);
  return [...own.matchAll(/^\d+\. `src\/([^`]+)`/gm)].map(([, file = '']) => file);
}

/** What the table says of a way: at most so many files, and how many stations. */
function said(name: string): number[] {
  const [, most, own] = new RegExp(`^\\| one ${name}\\b.*\\| (\\d+) files \\| are (\\d+) \\|$`, 'm').exec(text) ?? [];
  return [Number(most), Number(own)];
}

it.each(['slot', 'call', 'exit'] as const)(
  'one %s goes through each of its stations, and through no more than is said',
  (name) => {
    const way = ways[name];
    const met = way.map(({ file }) => file);
    const [most, own] = said(name);
    expect(stations(name).filter((file) => !met.includes(file))).toEqual([]);
    expect(stations(name)).toHaveLength(own ?? 0);
    expect(new Set(stations(name)).size).toBe(own);
    expect(way.filter(({ by }) => by.some((isolate) => isolate !== 'worker')).length).toBeLessThanOrEqual(most ?? 0);
  },
);
