// The tree that is checked: its files with their text, and what each imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

const FOLDERS = ['src', 'inspector', 'test', 'bench', 'examples', 'scripts', '.ci'];
const CODE = /\.(ts|tsx|mts|mjs|js)$/;

/** What the package's own name means inside this repository. */
const OWN = {
  espalier: 'src/index.ts',
  'espalier/client': 'src/client.ts',
  'espalier/testing': 'src/testing/index.ts',
  'espalier/worker': 'src/worker.ts',
};

/**
 * Reads the code of a repository.
 *
 * @param root its folder, absolute
 * @returns its files by path, `/` between the parts: `{ path, text, lines }`
 */
export function readTree(root) {
  const paths = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && CODE.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  return new Map(paths.sort().map((path) => [path, fileOf(path, readFileSync(join(root, path), 'utf8'))]));
}

function fileOf(path, text) {
  return { path, text, lines: text.split('\n') };
}

/**
 * What each file imports, in whatever way: a value, a type (`import type`, `import('…').T`), what is given on
 * (`export … from`), what is loaded later (`import('…')`), and what is started by its address
 * (`new URL('…', import.meta.url)`: a thread or a process).
 *
 * @returns by path: `{ line, name, to, isPackage, isStart }` each; `to` is a path of the tree, or the name of a package
 */
export function importsOf(tree) {
  return new Map([...tree.values()].map((file) => [file.path, fileImports(file, tree)]));
}

function fileImports({ path, text }, tree) {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const requests = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest ?? [])),
  ].map(({ value, start }) => ({ name: value, at: start, isStart: false }));
  if (/\bimport\s*\(|\bnew URL\(/.test(text)) requests.push(...buried(program));
  const found = requests.map(({ name, at, isStart }) => ({
    line: text.slice(0, at).split('\n').length,
    name,
    isStart,
    ...resolve(path, name, tree),
  }));
  // A name of an export list stands for itself in what the parser says: one import per line and file is enough.
  return [...new Map(found.map((one) => [`${one.line} ${one.to}`, one])).values()];
}

/** What is not said at the top of the file. */
function buried(program) {
  const found = [];
  const take = (node, isStart) => {
    if (node?.type === 'Literal' && typeof node.value === 'string')
      found.push({ name: node.value, at: node.start, isStart });
  };
  new Visitor({
    ImportExpression: (node) => take(node.source, false),
    TSImportType: (node) => take(node.source ?? node.argument?.literal ?? node.argument, false),
    NewExpression: (node) => {
      const [address, base] = node.arguments;
      if (node.callee.type === 'Identifier' && node.callee.name === 'URL' && base?.type === 'MemberExpression')
        take(address, true);
    },
  }).visit(program);
  return found;
}

function resolve(from, name, tree) {
  if (!name.startsWith('.')) return { to: OWN[name] ?? name, isPackage: !(name in OWN) };
  const path = posix.join(posix.dirname(from), name);
  const candidates = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')];
  return { to: candidates.find((candidate) => tree.has(candidate)) ?? path, isPackage: false };
}
