/** Names that are offered at most. */
const OFFERED = 3;

/** The names that are most like a text: those that end with it, then those within a few edits. */
export function nearest(text: string, names: readonly string[]): string[] {
  const wanted = text.toLowerCase().replace(/^\//, '');
  const most = Math.max(2, Math.floor(wanted.length / 3));
  const scored = [...new Set(names)].map((name) => ({ name, distance: distanceTo(wanted, name.toLowerCase()) }));
  return scored
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length)
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

function distanceTo(wanted: string, name: string): number {
  const whole = name.replace(/^\//, '');
  if (whole.endsWith(`/${wanted}`) || whole.startsWith(wanted)) return 0.5;
  const last = whole.slice(whole.lastIndexOf('/') + 1);
  return Math.min(edits(wanted, whole), edits(wanted, last) + 0.5);
}

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [at, character] of [...a].entries()) {
    const next = [at + 1];
    for (let index = 1; index <= b.length; index += 1) {
      const same = b[index - 1] === character ? 0 : 1;
      next.push(Math.min((next[index - 1] ?? 0) + 1, (row[index] ?? 0) + 1, (row[index - 1] ?? 0) + same));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
