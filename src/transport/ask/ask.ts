import { once } from 'node:events';
import { lstat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf, EspalierError } from '../../errors.js';
import { readLine } from './line.js';
import {
  type AnswerOf,
  ASK_LIMITS,
  ASK_SOCKET,
  QUESTIONS,
  type QuestionName,
  type QuestionOf,
  reply,
} from './question.js';

/** An answer, or why there is none, as the end of a sentence that begins with the host. */
export type Asked<N extends QuestionName> =
  | { readonly answered: true; readonly answer: AnswerOf<N> }
  | { readonly answered: false; readonly why: string };

/**
 * Asks the host that has a private folder. What keeps it from answering is an answer too: it is gone, of another user, of
 * another version, or held up for longer than `patienceMs`.
 *
 * @example
 * const asked = await ask('/dev/shm/esp-x1y2z3', { ask: 'tree' });
 * if (asked.answered) console.log(asked.answer.actors.length);
 */
export async function ask<N extends QuestionName>(
  directory: string,
  question: QuestionOf<N> & { readonly ask: N },
  patienceMs: number = ASK_LIMITS.patienceMs,
): Promise<Asked<N>> {
  const stop = AbortSignal.timeout(patienceMs);
  let socket: Socket | null = null;
  try {
    await requirePrivate(directory);
    socket = connect({ path: join(directory, ASK_SOCKET), allowHalfOpen: true });
    const given = await answerThrough(socket, question, stop);
    // Too many ask at once, or what it was to answer with has failed: then it has broken off.
    if (given === '') return { answered: false, why: 'gave no answer' };
    const found = reply.parse(JSON.parse(given));
    if ('refused' in found) return { answered: false, why: found.refused };
    return { answered: true, answer: answerOf(question.ask, found.answer) };
  } catch (error) {
    return { answered: false, why: reasonOf(error, stop.aborted, patienceMs) };
  } finally {
    socket?.destroy();
  }
}

async function answerThrough(socket: Socket, question: unknown, stop: AbortSignal): Promise<string> {
  const giveUp = () => socket.destroy(new EspalierError('ESP_TIMEOUT', 'no answer came'));
  stop.addEventListener('abort', giveUp, { once: true });
  try {
    await once(socket, 'connect');
    socket.end(`${JSON.stringify(question)}\n`);
    return await readLine(socket, ASK_LIMITS.answer);
  } finally {
    stop.removeEventListener('abort', giveUp);
  }
}

function answerOf<N extends QuestionName>(name: N, answer: unknown): AnswerOf<N> {
  return QUESTIONS[name].answer.parse(answer);
}

/** What is not private to its user could be anybody's; root may ask everybody. */
async function requirePrivate(directory: string): Promise<void> {
  const { uid, mode } = await lstat(directory);
  const own = process.getuid?.();
  if ((own === 0 || uid === own) && (mode & 0o077) === 0) return;
  throw new EspalierError('ESP_INVALID', `${directory} is not private to this user`);
}

function reasonOf(error: unknown, isLate: boolean, patienceMs: number): string {
  if (isLate) return `gave no answer within ${patienceMs} ms`;
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return 'listens to nobody';
    case 'EACCES':
    case 'EPERM':
    case 'ESP_INVALID':
      return 'belongs to another user';
    default:
      return `could not be asked (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)})`;
  }
}
