import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Project, page, root } from './project.js';

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
  const text = page(file);
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
  const own = file.endsWith('.ts') ? exportsOf(page(file)) : [];
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

/** A project with a module for each example. */
export class ExampleProject extends Project {
  constructor(all: readonly Example[]) {
    super('xstate', 'zod', '@statelyai/inspect', '@types/node');
    const { compilerOptions } = JSON.parse(page('tsconfig.json'));
    const { paths: _, noEmit: __, noUnusedLocals: ___, noUnusedParameters: ____, ...options } = compilerOptions;
    this.write('package.json', JSON.stringify({ type: 'module', private: true }));
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    this.write('scene.ts', SCENE);
    for (const [index, example] of all.entries()) this.write(`example-${index}.ts`, moduleOf(example));
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
    return new Map(JSON.parse(this.node('--input-type=module', '--eval', program).stdout));
  }
}
