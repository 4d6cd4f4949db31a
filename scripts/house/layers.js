// Who may import whom. Whatever is not named here is refused, and so is a folder that no layer names.
import { parseSync } from 'oxc-parser';

const NODE = /^node:/;
const BELOW_ACTORS = ['ground', 'machines', 'persistence', 'transport', 'redact'];
/** The entries of the package, beside src/testing/index.ts. */
export const ENTRIES = ['src/index.ts', 'src/client.ts', 'src/client-node.ts', 'src/worker.ts'];

/** The first layer that holds a file is its layer. `takes`: layers (its own aside). `packages`: beside the repository. */
const LAYERS = [
  {
    name: 'errors',
    holds: (path) => path === 'src/errors.ts',
    takes: [],
    packages: [],
    says: 'errors.ts stands at the bottom: it imports nothing',
  },
  {
    name: 'entries',
    holds: (path) => ENTRIES.includes(path),
    takes: [...BELOW_ACTORS, 'actors', 'work', 'host', 'inspection', 'system', 'sdk'],
    packages: [],
    says: 'an entry of the package gives on what stands below; the command line stands above it',
  },
  {
    name: 'ground',
    holds: (path) => /^src\/[^/]+$/.test(path) || path.startsWith('src/json/'),
    takes: [],
    packages: [NODE, 'zod'],
    says: 'the ground (the files directly in src, and src/json) knows only itself; what needs more belongs into a folder',
  },
  {
    name: 'machines',
    holds: within('src/machines/'),
    takes: ['ground'],
    packages: ['xstate', 'zod'],
    says: 'machines are pure: only the ground, other machines, xstate and zod below them',
  },
  {
    name: 'persistence',
    holds: within('src/persistence/'),
    takes: ['ground', 'machines'],
    packages: [NODE, 'better-sqlite3', 'croner', 'zod'],
    says: 'persistence knows the ground and machines only; it declares as interfaces what it needs',
  },
  {
    name: 'transport',
    holds: within('src/transport/'),
    takes: ['ground', 'machines'],
    packages: [NODE, 'ws', 'zod', '@xstate/store', 'xstate', 'xstate/graph'],
    says: 'transport knows the ground and machines only; it declares as interfaces what it needs',
  },
  {
    name: 'redact',
    holds: within('src/redact/'),
    takes: ['ground', 'machines'],
    packages: [NODE, 'zod'],
    says: 'redact knows the ground and machines only; it declares as interfaces what it needs',
  },
  {
    name: 'actors',
    holds: within('src/actors/'),
    takes: BELOW_ACTORS,
    packages: [NODE, 'xstate', 'zod'],
    says: 'actors stand below work, host, inspection and the system',
  },
  {
    name: 'work',
    holds: within('src/work/'),
    takes: [...BELOW_ACTORS, 'actors'],
    packages: [NODE, 'xstate', 'zod'],
    says: 'work stands beside host, below inspection and the system',
  },
  {
    name: 'host',
    holds: within('src/host/'),
    takes: [...BELOW_ACTORS, 'actors'],
    packages: [NODE, 'xstate', 'zod'],
    says: 'host stands beside work, below inspection and the system',
  },
  {
    name: 'inspection',
    holds: within('src/inspection/'),
    takes: [...BELOW_ACTORS, 'actors', 'work', 'host'],
    packages: [NODE, 'xstate', 'zod'],
    says: 'inspection stands below the system: it declares as an interface what it needs of it',
  },
  {
    name: 'system',
    holds: within('src/system/'),
    takes: [...BELOW_ACTORS, 'actors', 'work', 'host', 'inspection'],
    packages: [NODE, 'xstate', 'zod'],
    says: 'the command line and the entries stand above the system',
  },
  {
    name: 'cli',
    holds: within('src/cli/'),
    takes: ['ground', 'src/index.ts'],
    packages: [NODE, 'commander', 'zod'],
    says: 'the command line uses the public API (src/index.ts) and the ground only',
  },
  {
    name: 'sdk',
    holds: within('src/sdk/'),
    takes: ['ground', 'src/transport/protocol/'],
    packages: [NODE],
    says: 'what a worker loads is light: the ground and the protocol (src/transport/protocol) only',
  },
  {
    name: 'testing',
    holds: within('src/testing/'),
    takes: ['ground', 'src/index.ts', 'src/transport/process/'],
    packages: [NODE, 'xstate', 'xstate/graph'],
    says: 'the test helpers use the public API (src/index.ts) and the ground, and read /proc by src/transport/process',
  },
  {
    name: 'page',
    holds: (path) => path.startsWith('inspector/') && path !== 'inspector/vite.config.ts',
    takes: ['src/client.ts'],
    packages: ['preact', 'preact/hooks', '@preact/signals', '@tanstack/virtual-core'],
    says: 'the page knows the system through espalier/client only',
  },
];

function within(folder) {
  return (path) => path.startsWith(folder);
}

function layerOf(path) {
  return LAYERS.find(({ holds }) => holds(path));
}

/** Each import of `src` and of the page that its layer does not name, and each file without a layer. */
export function upwardImports(tree, imports) {
  return [...imports].filter(([path]) => isLayered(path)).flatMap(([path, list]) => refusals(path, list, tree));
}

function isLayered(path) {
  return path.startsWith('src/') || (path.startsWith('inspector/') && path !== 'inspector/vite.config.ts');
}

function refusals(path, list, tree) {
  const layer = layerOf(path);
  if (layer === undefined) {
    const what = `no layer holds this folder: give it one in scripts/house/layers.js, with what it may import`;
    return [{ path, what }];
  }
  return list
    .filter(({ to, isPackage }) => isPackage || tree.has(to))
    .filter(({ to, isPackage }) => !(isPackage ? isKnown(layer, to) : isBelow(layer, to)))
    .map(({ to, line }) => ({ path, line, what: `may not import ${to}: ${layer.says}` }));
}

function isKnown({ packages }, name) {
  return packages.some((known) => (typeof known === 'string' ? known === name : known.test(name)));
}

function isBelow(layer, to) {
  const other = layerOf(to);
  if (other === undefined) return false;
  if (other === layer) return layer.name !== 'entries' || to === 'src/client.ts';
  // Errors are the bottom of the ground.
  const name = other.name === 'errors' ? 'ground' : other.name;
  return layer.name === name || layer.takes.some((taken) => taken === name || taken === to || isFolderOf(taken, to));
}

function isFolderOf(taken, to) {
  return taken.endsWith('/') && to.startsWith(taken);
}

/** Each statement of an entry that is more than giving on. */
export function entryStatements(tree) {
  return ENTRIES.filter((path) => tree.has(path)).flatMap((path) => {
    const { text } = tree.get(path);
    return parseSync(path, text)
      .program.body.filter((statement) => !isGivenOn(statement))
      .map(({ start }) => ({
        path,
        line: text.slice(0, start).split('\n').length,
        what: 'an entry of the package only gives on (`export … from`): move this to where it belongs, and export it here',
      }));
  });
}

function isGivenOn({ type, source }) {
  return type === 'ExportAllDeclaration' || (type === 'ExportNamedDeclaration' && source !== null);
}
