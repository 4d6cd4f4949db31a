/** What the start of a table's name says: it is the user's. */
const OWN = 'app_';

/** One step of the program that SQLite makes of a statement. */
export interface Step {
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
}

/** What a statement is to the guard: read and written rows are judged by SQLite's own program, tables by their names. */
export type Statement = 'rows' | 'table' | 'refused';

const LEADING = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/** Sorts a statement by its first word. */
export function kindOf(sql: string): Statement {
  const [word = ''] = /^[a-z]+/i.exec(sql.replace(LEADING, '')) ?? [];
  if (/^(?:select|with|values|insert|replace|update|delete)$/i.test(word)) return 'rows';
  return /^(?:create|drop|alter)$/i.test(word) ? 'table' : 'refused';
}

const NAME = '["`\\[]?(app_\\w+)["`\\]]?';
const TABLES: readonly RegExp[] = [
  new RegExp(`^create\\s+table\\s+(?:if\\s+not\\s+exists\\s+)?${NAME}\\s*[(]`, 'i'),
  new RegExp(`^create\\s+(?:unique\\s+)?index\\s+(?:if\\s+not\\s+exists\\s+)?${NAME}\\s+on\\s+${NAME}\\s*[(]`, 'i'),
  new RegExp(`^drop\\s+(?:table|index)\\s+(?:if\\s+exists\\s+)?${NAME}\\s*;?\\s*$`, 'i'),
  new RegExp(`^alter\\s+table\\s+${NAME}\\s+(?:add|drop|rename\\s+column|rename\\s+to\\s+${NAME}\\s*;?\\s*$)`, 'i'),
];
// Whatever stands between the two words, as a comment: what is not plainly the user's own table is refused.
const FOREIGN = /\breferences\b(?!\s*["`[]?app_)/i;

/**
 * Whether a statement makes, changes or drops nothing but the user's own tables and their indexes. None of them may point to a
 * table of ours: it would keep what that holds from leaving.
 */
export function isOwnTable(sql: string): boolean {
  const text = sql.replace(LEADING, '');
  return TABLES.some((form) => form.test(text)) && !FOREIGN.test(text);
}

/** Steps that change something other than the rows of a table. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['Destroy', 'CreateBtree', 'ParseSchema', 'SetCookie', 'DropTable', 'DropIndex', 'DropTrigger'],
  ...['VUpdate', 'VCreate', 'VDestroy', 'Vacuum', 'IncrVacuum', 'JournalMode', 'Checkpoint', 'AutoCommit', 'Savepoint'],
]);

/** How a step that ends a statement says that the transaction goes with it, as `INSERT OR ROLLBACK` has it. */
const ROLLBACK = 1;

function endsTransaction({ opcode, p1, p2 }: Step): boolean {
  return (opcode === 'Halt' || opcode === 'HaltIfNull') && p1 !== 0 && p2 === ROLLBACK;
}

/**
 * Whose rows a statement that reads or writes rows changes, by the steps of its program, those of triggers and foreign keys
 * included: the tables' names; null when it changes something else.
 *
 * @param tableAt the name of the table whose rows, or whose index, begin at a page of the file
 */
export function writtenBy(steps: readonly Step[], tableAt: (page: number) => string | null): readonly string[] | null {
  const written = new Set<string>();
  for (const step of steps) {
    const { opcode, p1, p2, p3 } = step;
    if (CHANGES.has(opcode) || endsTransaction(step)) return null;
    if (opcode !== 'OpenWrite' && opcode !== 'Clear') continue;
    // Where page and database stand in a step; database 0 is the store.
    const [page, database] = opcode === 'Clear' ? [p1, p2] : [p2, p3];
    const table = database === 0 ? tableAt(page) : null;
    if (table === null) return null;
    written.add(table);
  }
  return [...written];
}

/** Whether a table is the user's. SQLite's count of AUTOINCREMENT goes with that. */
export function isOwn(table: string): boolean {
  return table.startsWith(OWN) || table === 'sqlite_sequence';
}
