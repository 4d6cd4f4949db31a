/** The middle value; the lower one of two. NaN for none. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** The value that so many of a hundred do not exceed. NaN for none. */
export function percentile(values, part) {
  return [...values].sort((a, b) => a - b)[Math.ceil((values.length * part) / 100) - 1] ?? Number.NaN;
}

/** Lines of a table: the first column to the left, the others to the right. */
export function table(rows) {
  const cells = rows.map((row) => row.map(String));
  const columns = Math.max(...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** What was measured round by round against `base`, round by round: the median of the ratios, and their range. */
export function ratio(values, base) {
  const all = values.map((value, round) => value / base[round]);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return `${median(all).toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
}

export const perSecond = (value) => `${value.toFixed(0)}/s`;
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
