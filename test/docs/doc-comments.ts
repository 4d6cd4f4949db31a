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
const EXPORTED = /^export (?:declare )?(?:async )?(?:abstract )?(?:function|class|const|interface|type) (\w+)/gm;

export interface Example {
  /** `src/errors.ts:12`: where its comment begins. */
  readonly place: string;
  readonly source: string;
  readonly code: string;
  /** Whether it says what its expressions are, and needs nothing but the code it is about for that. */
  readonly runs: boolean;
}

/** The examples of all doc comments below `src`. */
export function examples(): Example[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.ts$/.test(file),
  );
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(root, 'src', file), 'utf8');
    return [...text.matchAll(/\/\*\*(?:(?!\*\/).)*?@example\n(.*?)\*\//gs)].map((found) => {
      const line = text.slice(0, found.index).split('\n').length;
      const code = (found[1] ?? '').replace(/^ *\* ?/gm, '').trim();
      const runs = code.search(VALUE) >= 0 && !/\bawait\b|\bsystem\b/.test(code);
      return { place: `src/${file}:${line}`, source: file, code, runs };
    });
  });
}

/** `expression; // value`, also with the value on a line of its own. What is cut short with `…` is for readers. */
const VALUE = /^(\S.*);\s*\/\/ ((?:['"[{\d-]|true|false|null|undefined).*)$/gm;

/** A module that compiles when the example does, and throws when a value in it is not what it says. */
function moduleOf({ source, code, runs }: Example): string {
  const own = exportsOf(readFileSync(join(root, 'src', source), 'utf8'));
  const built = join(root, 'dist', source.replace(/\.ts$/, '.js'));
  const taken = new Set(
    [...code.matchAll(/^import (?:type )?\{(.*?)\}/gm)].flatMap(([, names = '']) => names.split(/[ ,]+/)),
  );
  const words = new Set(code.replace(/'[^']*'/g, '').match(/\w+/g));
  const used = (names: readonly string[]) => {
    return names.filter((name) => words.has(name) && !taken.has(name) && !declares(code, name));
  };
  const imported = (names: readonly string[], from: string) => `import { ${names.join(', ')} } from '${from}';`;
  const body = runs ? code.replace(VALUE, (_, expression, value) => `equal(${expression}, ${value});`) : code;
  return [
    `import { deepStrictEqual as equal } from 'node:assert';`,
    imported(used(own), built),
    imported(used([...exportsOf(SCENE), 'assert', 'statfs']), './scene.js'),
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
    for (const name of ['xstate', 'zod', '@types/node']) {
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
