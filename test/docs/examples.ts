import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SCENE = readFileSync(new URL('scene.ts', import.meta.url), 'utf8');
/** What the scene has from elsewhere. */
const PASSED_ON = ['assert', 'createSystem', 'pool', 'statfs'];
const EXPORTED = /^export (?:declare )?(?:async )?(?:abstract )?(?:function|class|const|interface|type) (\w+)/gm;

export interface Example {
  /** `src/errors.ts:12`: where it stands. */
  readonly place: string;
  readonly file: string;
  readonly code: string;
  /** Whether it says what its expressions are, and needs nothing but the code it is about for that. */
  readonly runs: boolean;
}

const COMMENT = /\/\*\*(?:(?!\*\/).)*?@example\n(.*?)\*\//gs;
const BLOCK = /^```(?:js|ts)\n(.*?)^```$/gms;
/** Made from the schemas: types, no programs. */
const MADE = 'docs/inspector-protocol.md';

/** The examples of all doc comments below `src`, and of all pages. */
export function examples(): Example[] {
  const sources = filesIn('src', /\.ts$/).flatMap((file) => examplesIn(file, COMMENT));
  const pages = ['README.md', ...filesIn('docs', /\.md$/)].filter((page) => page !== MADE);
  return [...sources, ...pages.flatMap((page) => examplesIn(page, BLOCK))];
}

function filesIn(folder: string, name: RegExp): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => name.test(file))
    .map((file) => join(folder, file))
    .sort();
}

function examplesIn(file: string, pattern: RegExp): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(pattern)].map((found) => {
    const line = text.slice(0, found.index).split('\n').length;
    const code = (found[1] ?? '').replace(pattern === COMMENT ? /^ *\* ?/gm : '', '').trim();
    const runs = code.search(VALUE) >= 0 && !/\bawait\b|\bsystem\b/.test(code);
    return { place: `${file}:${line}`, file, code, runs };
  });
}

/** `expression; // value`, also with the value on a line of its own. What is cut short with `…` is for readers. */
const VALUE = /^(\S.*);\s*\/\/ ((?:['"[{\d-]|true|false|null|undefined).*)$/gm;

/** A module that compiles when the example does, and throws when a value in it is not what it says. */
function moduleOf({ file, code, runs }: Example): string {
  const own = file.endsWith('.ts') ? exportsOf(readFileSync(join(root, file), 'utf8')) : [];
  const built = join(root, file.replace(/^src(.*)\.ts$/, 'dist$1.js'));
  const taken = new Set([...code.matchAll(/^import (.*?) from /gm)].flatMap(([, names]) => names?.match(/\w+/g) ?? []));
  const words = new Set(code.replace(/'[^']*'/g, '').match(/\w+/g));
  const used = (names: readonly string[]) => {
    return names.filter((name) => words.has(name) && !taken.has(name) && !declares(code, name));
  };
  const imported = (names: readonly string[], from: string) => `import { ${names.join(', ')} } from '${from}';`;
  const body = runs ? code.replace(VALUE, (_, expression, value) => `equal(${expression}, ${value});`) : code;
  return [
    `import { deepStrictEqual as equal } from 'node:assert';`,
    own.length === 0 ? '' : imported(used(own), built),
    imported(used([...exportsOf(SCENE), ...PASSED_ON]), './scene.js'),
    'void equal;',
    body,
  ].join('\n');
}

function exportsOf(text: string): string[] {
  return [...text.matchAll(EXPORTED)].map(([, name = '']) => name);
}

function declares(code: string, name: string): boolean {
  return new RegExp(`\\b(?:const|let|function|class) (?:${name}\\b|\\{[^}]*\\b${name}\\b)`).test(code);
}

/** A folder as of a project that has the package installed, with a module for each example. */
export class Project implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'espalier-examples-'));

  constructor(all: readonly Example[]) {
    mkdirSync(join(this.folder, 'node_modules', '@types'), { recursive: true });
    symlinkSync(root, join(this.folder, 'node_modules', 'espalier'));
    for (const name of ['xstate', 'zod', '@statelyai', '@types/node']) {
      symlinkSync(join(root, 'node_modules', name), join(this.folder, 'node_modules', name));
    }
    copyFileSync(new URL('scene.ts', import.meta.url), join(this.folder, 'scene.ts'));
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
    const { paths: _, noEmit: __, noUnusedLocals: ___, noUnusedParameters: ____, ...options } = compilerOptions;
    this.#write('package.json', { type: 'module', private: true });
    this.#write('tsconfig.json', { compilerOptions: options, include: ['*.ts'] });
    for (const [index, example] of all.entries()) {
      writeFileSync(join(this.folder, `example-${index}.ts`), moduleOf(example));
    }
  }

  #write(name: string, content: object): void {
    writeFileSync(join(this.folder, name), JSON.stringify(content));
  }

  /** What the compiler says against each of the modules, by its number. */
  compile(): ReadonlyMap<number, string> {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = spawnSync(tsc, ['-p', this.folder], { cwd: this.folder, encoding: 'utf8' });
    const problems = new Map<number, string>();
    for (const [line, index = ''] of stdout.matchAll(/^(?:example-(\d+)|\S+)\.ts.*(?:\n .*)*/gm)) {
      problems.set(Number(index), `${problems.get(Number(index)) ?? ''}${line}\n`);
    }
    return problems;
  }

  /** What the modules throw, by their number; in one process, which takes longer to start than they to run. */
  run(indexes: readonly number[]): ReadonlyMap<number, string> {
    const program = `const said = [];
      for (const index of ${JSON.stringify(indexes)})
        await import('./example-' + index + '.js').catch((error) => said.push([index, error.message]));
      console.log(JSON.stringify(said));`;
    const words = ['--input-type=module', '--eval', program];
    const { stdout } = spawnSync(process.execPath, words, { cwd: this.folder, encoding: 'utf8' });
    return new Map(JSON.parse(stdout));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
