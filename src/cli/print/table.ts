/** One row of a listing as people read it. */
export type Cells = readonly (string | number)[];

/**
 * Lines of a table: left-aligned columns (numbers right-aligned), two blanks between, the last column as long as it is.
 *
 * Control characters are shown as escapes, so that no stored text can write to a terminal.
 */
export function formatTable(head: readonly string[], rows: readonly Cells[]): string[] {
  const texts = rows.map((row) => row.map((cell) => printable(String(cell))));
  const widths = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)));
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  return [head, ...texts].map((row) =>
    row
      .map((text, column) => pad(text, column))
      .join('  ')
      .trimEnd(),
  );

  function pad(text: string, column: number): string {
    const width = widths[column] ?? 0;
    return numeric[column] ? text.padStart(width) : text.padEnd(width);
  }
}

/** Text with control characters as escapes. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const named = JSON.stringify(character).slice(1, -1);
  return named === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : named;
}

/** Milliseconds as people say them: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
