import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Copy } from './copy.js';

interface Planted {
  readonly files: Readonly<Record<string, string>>;
  /** The sentence that refuses it. */
  readonly said: string | RegExp;
}

/** A file of each layer, which imports nothing. */
const TARGETS = [
  'actors',
  'cli',
  'host',
  'inspection',
  'machines',
  'persistence',
  'redact',
  'system',
  'transport',
  'work',
];

const target = (layer: string): string => `src/${layer}/planted-target.ts`;

/** One import that goes up, or beside: from a folder, to a layer. */
const UPWARD: readonly (readonly [from: string, to: string])[] = [
  ['src', 'machines'],
  ['src/json', 'machines'],
  ['src/machines', 'persistence'],
  ['src/machines', 'transport'],
  ['src/persistence', 'transport'],
  ['src/persistence', 'actors'],
  ['src/transport', 'persistence'],
  ['src/transport', 'redact'],
  ['src/redact', 'transport'],
  ['src/actors', 'work'],
  ['src/actors', 'host'],
  ['src/work', 'host'],
  ['src/host', 'work'],
  ['src/work', 'inspection'],
  ['src/inspection', 'system'],
  ['src/system', 'cli'],
  ['src/cli', 'actors'],
  ['src/cli', 'system'],
  ['src/sdk', 'transport'],
  ['src/sdk', 'machines'],
  ['src/testing', 'persistence'],
  ['inspector/src', 'transport'],
];

const upward = (from: string, to: string): Planted => {
  const path = `${from}/planted-${to}.ts`;
  const up = '../'.repeat(from.split('/').length);
  return {
    files: {
      [path]: `import type { Target } from '${up}${target(to).replace('.ts', '.js')}';\nexport type Up = Target;\n`,
    },
    said: new RegExp(`^${path}:1: may not import ${target(to)}: .+`),
  };
};

const PLANTED: Readonly<Record<string, Planted>> = {
  'a circle of two files, by types alone': {
    files: {
      'src/machines/planted-circle/a.ts': `import type { B } from './b.js';\nexport interface A { readonly b: B }\n`,
      'src/machines/planted-circle/b.ts': `import type { A } from './a.js';\nexport interface B { readonly a: A }\n`,
    },
    said: 'src/machines/planted-circle/a.ts:1: files import each other in a circle, types counted: src/machines/planted-circle/a.ts → src/machines/planted-circle/b.ts → src/machines/planted-circle/a.ts; put what both need into a file below them, or take it as an interface',
  },
  'a circle of what is given on and of what is named in place': {
    files: {
      'src/redact/planted-circle/a.ts': `export type A = import('./b.js').B;\n`,
      'src/redact/planted-circle/b.ts': `export type { C } from './c.js';\nexport type B = 1;\n`,
      'src/redact/planted-circle/c.ts': `export * from './a.js';\nexport type C = 1;\n`,
    },
    said: /^src\/redact\/planted-circle\/a\.ts:1: files import each other in a circle, types counted: /,
  },
  'a circle of tests': {
    files: {
      'test/planted-circle/a.ts': `import './b.js';\n`,
      'test/planted-circle/b.ts': `import './a.js';\n`,
    },
    said: /^test\/planted-circle\/a\.ts:1: files import each other in a circle, types counted: /,
  },
  'two folders that import each other, though no file does': {
    files: {
      'src/machines/planted-pair/a/one.ts': `export type { Two } from '../b/two.js';\n`,
      'src/machines/planted-pair/a/four.ts': 'export type Four = 4;\n',
      'src/machines/planted-pair/b/two.ts': 'export type Two = 2;\n',
      'src/machines/planted-pair/b/three.ts': `export type { Four } from '../a/four.js';\n`,
    },
    said: 'src/machines/planted-pair/a/one.ts:1: folders import each other in a circle: src/machines/planted-pair/a → src/machines/planted-pair/b → src/machines/planted-pair/a; its thinnest tie is this import of src/machines/planted-pair/b/two.ts: move a file to the side that it belongs to',
  },
  'a circle of three folders': {
    files: {
      'src/machines/planted-ring/a/one.ts': `export type { Two } from '../b/two.js';\n`,
      'src/machines/planted-ring/a/six.ts': 'export type Six = 6;\n',
      'src/machines/planted-ring/b/two.ts': 'export type Two = 2;\n',
      'src/machines/planted-ring/b/three.ts': `export type { Four } from '../c/four.js';\n`,
      'src/machines/planted-ring/c/four.ts': 'export type Four = 4;\n',
      'src/machines/planted-ring/c/five.ts': `export type { Six } from '../a/six.js';\n`,
    },
    said: /: folders import each other in a circle: src\/machines\/planted-ring\/a → src\/machines\/planted-ring\/b → src\/machines\/planted-ring\/c → /,
  },
  'a folder with more than fifteen files': {
    files: Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [
        `src/sdk/planted-crowd/file-${index}.ts`,
        `export type T = ${index};\n`,
      ]),
    ),
    said: 'src/sdk/planted-crowd: holds 16 files; the limit is 15: give what belongs together a folder of its own',
  },
  'a folder of which no layer knows': {
    files: { 'src/planted/room.ts': 'export type Room = 1;\n' },
    said: 'src/planted/room.ts: no layer holds this folder: give it one in scripts/house/layers.js, with what it may import',
  },
  'an import of a folder of which no layer knows': {
    files: { 'src/actors/planted-room.ts': `export type { Room } from '../planted/room.js';\n` },
    said: /^src\/actors\/planted-room\.ts:1: may not import src\/planted\/room\.ts: /,
  },
  'a machine that reads files': {
    files: { 'src/machines/planted-files.ts': `export { readFileSync } from 'node:fs';\n` },
    said: 'src/machines/planted-files.ts:1: may not import node:fs: machines are pure: only the ground, other machines, xstate and zod below them',
  },
  'a thread of another layer that is started by its address': {
    files: {
      'src/transport/planted-start.ts': `export const at = new URL('../persistence/planted-target.js', import.meta.url);\n`,
    },
    said: /^src\/transport\/planted-start\.ts:1: may not import src\/persistence\/planted-target\.ts: /,
  },
  'an entry that does something': {
    files: { 'src/worker.ts': 'export const planted = 1;\n' },
    said: /^src\/worker\.ts:\d+: an entry of the package only gives on \(`export … from`\): move this to where it belongs, and export it here$/,
  },
  'instants that are computed in a second place': {
    files: {
      'src/persistence/planted-cron.ts': `import { Cron } from 'croner';\nexport const cron = new Cron('* * * * *');\n`,
    },
    said: 'src/persistence/planted-cron.ts:1: instants are computed by src/persistence/families/schedules/instants.ts alone: nothing else of that library is used',
  },
  AsyncLocalStorage: {
    files: {
      'src/host/planted-storage.ts': `import { AsyncLocalStorage } from 'node:async_hooks';\nexport const storage = new AsyncLocalStorage();\n`,
    },
    said: 'src/host/planted-storage.ts:1: no AsyncLocalStorage: ids travel explicitly, in arguments and in the ctx of a call',
  },
  'an event that is written without its door': {
    files: { 'src/persistence/planted-write.ts': "export const SQL = 'INSERT INTO events (type) VALUES (?)';\n" },
    said: /^src\/persistence\/planted-write\.ts:1: events are written by Transaction\.journal /,
  },
  'events that are published by another than the writer of the journal': {
    files: {
      'src/persistence/planted-publish.ts': 'export const planted = (listeners: Listeners) => listeners.publish([]);\n',
    },
    said: /^src\/persistence\/planted-publish\.ts:1: events are published by src\/persistence\/.+ alone, from what the writer committed: journal the event instead$/,
  },
  'an emitter of events beside the journal': {
    files: { 'src/host/planted-emitter.ts': 'export const events = new EventEmitter();\n' },
    said: /^src\/host\/planted-emitter\.ts:1: no second way for events: /,
  },
  'listeners to events that are not the journal’s': {
    files: { 'src/host/planted-listeners.ts': 'export type Hears = (\n  event: JournalEvent,\n) => void;\n' },
    said: /^src\/host\/planted-listeners\.ts:1: this hands on events past the journal: /,
  },
  'the internals of XState outside of their one file': {
    files: { 'src/actors/planted-internals.ts': 'export const parentOf = (ref: Ref) => ref._parent;\n' },
    said: /^src\/actors\/planted-internals\.ts:1: XState internals belong to src\/actors\/.*xstate\.ts alone$/,
  },
  'a type checker that is silenced': {
    files: { 'src/actors/planted-silence.ts': `export const any = 1 as ${'any'};\n` },
    said: /^src\/actors\/planted-silence\.ts:1: the type checker is not to be silenced: /,
  },
  'a test that is left out in silence': {
    files: { 'test/planted-skip/a.test.ts': `it${'.skip'}('does it', () => undefined);\n` },
    said: 'test/planted-skip/a.test.ts:1: what a test needs is asked for with test/support/required.ts',
  },
  'a file that nobody reads at once': {
    files: { 'src/actors/planted-long.ts': '// \n'.repeat(401) },
    said: 'src/actors/planted-long.ts: has 401 lines; the limit is 400: split it',
  },
};

const UNUSED: Readonly<Record<string, Planted>> = {
  'a file that nobody imports': {
    files: { 'src/actors/planted-orphan.ts': 'export type Orphan = 1;\n' },
    said: 'src/actors/planted-orphan.ts: nobody imports this file; remove it, or name it in knip.json if it is started by its address',
  },
  'an export that nobody imports': {
    files: { 'src/errors.ts': '\nexport const planted = 1;\n' },
    said: /^src\/errors\.ts:\d+: nobody imports planted; drop the export, or what it exports$/,
  },
  'a type that nobody imports': {
    files: { 'src/listener.ts': '\nexport type Planted = 1;\n' },
    said: /^src\/listener\.ts:\d+: nobody imports the type Planted; drop the export, or the type$/,
  },
  'a package that package.json does not name': {
    files: { 'src/version.ts': "\nimport 'planted-package';\n" },
    said: /^src\/version\.ts(:\d+)?: imports planted-package, which package\.json does not name; install it$/,
  },
};

/** Plants all at once: each is refused for itself, and one look at the tree is enough. */
function plantAll(planted: readonly Planted[]): Copy {
  const copy = new Copy();
  for (const { files } of planted) for (const [path, text] of Object.entries(files)) copy.plant(path, text);
  return copy;
}

function expectSaid(lines: readonly string[], said: string | RegExp): void {
  const found = lines.filter((line) => (typeof said === 'string' ? line === said : said.test(line)));
  expect(found, `${said} is not among:\n${lines.join('\n')}`).toHaveLength(1);
}

let copy: Copy;
let idle: Copy;
let house: ReturnType<Copy['run']>;
let unused: ReturnType<Copy['run']>;
beforeAll(() => {
  const ups = UPWARD.map(([from, to]) => upward(from, to));
  copy = plantAll([...Object.values(PLANTED), ...ups]);
  idle = plantAll(Object.values(UNUSED));
  for (const layer of TARGETS) copy.plant(target(layer), 'export type Target = 1;\n');
  copy.replace('package-lock.json', '"integrity":', '"resolved": "https://example.org/a.tgz",\n      "integrity":');
  house = copy.run('scripts/check-house.mjs');
  unused = idle.run('scripts/check-unused.mjs');
});
afterAll(() => {
  copy.remove();
  idle.remove();
});

describe('the check of the house', () => {
  it('is part of npm run check', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(scripts.check).toContain('npm run -s check:house');
    expect(scripts['check:house']).toBe('node scripts/check-house.mjs && node scripts/check-unused.mjs');
  });

  it('fails for what is planted', () => expect([house.status, unused.status]).toEqual([1, 1]));

  it.each(Object.entries(PLANTED))('refuses %s', (_name, { said }) => expectSaid(house.said, said));

  it.each(UPWARD)('refuses an import of a file in %s from the layer %s', (from, to) =>
    expectSaid(house.said, upward(from, to).said),
  );

  it('refuses a lock file that names a registry', () =>
    expectSaid(house.said, /^package-lock\.json:\d+: names a registry; npm pins by integrity alone: /));

  it.each(Object.entries(UNUSED))('refuses %s', (_name, { said }) => expectSaid(unused.said, said));

  it('refuses a machine that reads the clock', () => {
    copy.plant('src/machines/planted-clock.ts', 'export const now = (): number => Date.now();\n');
    const { status, said } = copy.run('node_modules/@biomejs/biome/bin/biome', 'lint', 'src/machines/planted-clock.ts');
    expect(status).toBe(1);
    expect(said.join('\n')).toContain('machines are pure: clocks are injected.');
  });
});

it('has nothing to say of the tree as it is', () => {
  const clean = new Copy();
  try {
    expect(clean.run('scripts/check-house.mjs')).toEqual({ status: 0, said: [] });
    expect(clean.run('scripts/check-unused.mjs')).toEqual({ status: 0, said: [] });
  } finally {
    clean.remove();
  }
});
