import { EspalierError } from '../../errors.js';
import type { Cell } from '../cell/cell.js';
import type { Directory, Down } from './directory.js';

/** How long a linked actor may take to stop when the other one was shut down, in milliseconds: OTP's default for workers. */
const STOP_MS = 5000;

/**
 * OTP's `link`: when one of two actors ends other than normally, so does the other, in the same way. Whoever names
 * `espalier.stop` is asked when the other was shut down, as a process that traps exits would hear of it. The link is between
 * two incarnations, and ends with the first of them, or when it is disposed of.
 *
 * @throws EspalierError `ESP_NOT_FOUND` when either does not live
 */
export function link(directory: Directory, a: string, b: string): Disposable {
  const [one, other] = [living(directory, a), living(directory, b)];
  const watches: Disposable[] = [];
  const unlink = () => {
    for (const watch of watches.splice(0)) watch[Symbol.dispose]();
  };
  const watch = (from: Cell, to: Cell) =>
    directory.monitor(from.path, ({ exit }) => {
      unlink();
      follow(to, exit);
    });
  watches.push(watch(one, other), watch(other, one));
  return { [Symbol.dispose]: unlink };
}

function follow(cell: Cell, exit: Down['exit']): void {
  switch (exit.kind) {
    case 'normal':
    case 'noproc':
      return;
    case 'shutdown':
      return void cell.stop(STOP_MS, exit.reason);
    case 'crash':
      return cell.fail(exit.error);
    case 'killed':
      return void cell.kill();
    default:
      exit satisfies never;
  }
}

function living(directory: Directory, path: string): Cell {
  const cell = directory.whereis(path);
  if (cell) return cell;
  throw new EspalierError('ESP_NOT_FOUND', `no actor lives at ${path}: there is nothing to link`, {
    context: { path },
  });
}
