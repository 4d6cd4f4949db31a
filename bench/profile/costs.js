const WAITING = new Set(['(idle)', '(root)']);

/**
 * Sums up a V8 CPU profile: self time in milliseconds by function and by file, largest first, and which thread it was, as
 * far as its code tells.
 */
export function costsOf({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const functions = new Map();
  const files = new Map();
  let busyMs = 0;
  for (const [i, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    if (WAITING.has(functionName)) continue;
    const ms = timeDeltas[i] / 1000;
    busyMs += ms;
    const file = shorten(url);
    const name = functionName === '' ? '(anonymous)' : functionName;
    add(functions, file === '' ? name : `${name}  ${file}:${lineNumber + 1}`, ms);
    add(files, file === '' ? `${name} (native)` : file, ms);
  }
  return { thread: threadOf([...files.keys()]), busyMs, costs: ordered(functions), files: ordered(files) };
}

function shorten(url) {
  return url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/(dist|node_modules)\//, (_, folder) => (folder === 'dist' ? '' : '~'));
}

function threadOf(files) {
  const has = (part) => files.some((file) => file.includes(part));
  if (has('persistence/writer/group.js')) return 'writer thread';
  if (has('persistence/reader/thread.js')) return 'reader thread';
  return 'main thread';
}

function add(map, key, ms) {
  map.set(key, (map.get(key) ?? 0) + ms);
}

function ordered(map) {
  return [...map].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
}
