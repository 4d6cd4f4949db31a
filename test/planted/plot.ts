import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { z } from 'zod';
import type { Fault } from './fault.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What no test needs, or what is linked instead. */
const LEFT_OUT = new Set(['node_modules', '.git', 'reports', 'coverage', '.stryker-tmp']);

/** How long the tests of one error may take, in milliseconds: longer than a test that hangs. */
const LIMIT_MS = 150_000;

/** When one of them hangs, in milliseconds. With an error in them many do. */
const HANGS_MS = 40_000;

const report = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ title: z.string(), status: z.string() })) })),
});

/** A copy of the tree in which errors are planted, one at a time. */
export class Plot {
  readonly folder = mkdtempSync(join(tmpdir(), 'espalier-planted-'));

  constructor() {
    const isWanted = (path: string) => !LEFT_OUT.has(relative(root, path).split(sep)[0] ?? '');
    cpSync(root, this.folder, { recursive: true, filter: isWanted, preserveTimestamps: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `noticed`, or in words why not: also when the error cannot be planted any more, for then the list is no longer true. */
  async play({ file, right, wrong, test }: Fault): Promise<string> {
    const source = readFileSync(join(this.folder, file), 'utf8');
    if (source.split(right).length !== 2) return `${file} must have ${JSON.stringify(right)} once`;
    const built = builtFrom(file);
    const [code, before] = [join(this.folder, file), built && readFileSync(join(this.folder, built))];
    writeFileSync(
      code,
      source.replace(right, () => wrong),
    );
    try {
      const refusal = built && (await this.#build(file, join(this.folder, built)));
      if (refusal) return `${file} cannot be built with its error:\n${refusal}`;
      return await this.#judge(test);
    } finally {
      writeFileSync(code, source);
      if (built && before) writeFileSync(join(this.folder, built), before);
    }
  }

  /** Null, or why it cannot be. A file of TypeScript is translated by itself: the compiler may refuse what is wrong. */
  async #build(file: string, built: string): Promise<string | null> {
    if (file.endsWith('.ts')) {
      const { code } = await transformWithOxc(readFileSync(join(this.folder, file), 'utf8'), file, {
        typescript: { onlyRemoveTypeImports: true },
      });
      writeFileSync(built, code);
      return null;
    }
    const done = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: this.folder, encoding: 'utf8' });
    return done.status === 0 ? null : done.stderr;
  }

  async #judge([file, title]: Fault['test']): Promise<string> {
    const output = join(this.folder, 'planted.json');
    rmSync(output, { force: true });
    const said = await this.#test(file, title, output);
    if (!existsSync(output)) return `the tests came to no end:\n${said}`;
    const { testResults } = report.parse(JSON.parse(readFileSync(output, 'utf8')));
    const played = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed' || status === 'passed');
    if (played.some(({ status }) => status === 'failed')) return 'noticed';
    return played.length === 0 ? `no test was played:\n${said}` : `${file} passes: ${title}`;
  }

  /** Plays the tests of that title; answers what they said. */
  async #test(file: string, title: string, output: string): Promise<string> {
    const mode = /\.(slow|alone)\.test\.ts$/.exec(file)?.[1];
    const words = ['run', ...(mode ? ['--mode', mode] : []), file, '--testNamePattern', escaped(title)];
    const reporters = ['--reporter=json', `--outputFile=${output}`, `--testTimeout=${HANGS_MS}`];
    const vitest = join(this.folder, 'node_modules', 'vitest', 'vitest.mjs');
    // A group of its own, so that one that hangs can be ended with all that it began.
    const child = spawn(process.execPath, [vitest, ...words, ...reporters], {
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
      });
    const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
    const timer = setTimeout(end, LIMIT_MS);
    await once(child, 'close');
    clearTimeout(timer);
    return said;
  }
}

/** The file of the build that is made from a source. */
function builtFrom(file: string): string | null {
  if (!file.startsWith('src/')) return null;
  const place = file.replace(/^src/, 'dist');
  if (file.endsWith('.c')) return `dist/transport/process/zygote/zygote-${process.arch}`;
  return place.replace(/\.ts$/, '.js');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
