import { presenceOf } from '../../host/recovery/presence.js';
import type { HostRecord } from '../../persistence/index.js';
import { type Asked, ask } from '../../transport/ask/ask.js';
import type { QuestionName, QuestionOf } from '../../transport/ask/question.js';

/**
 * Asks the host of a store, if it lives here. Without an answer there is the reason, as the end of a sentence that begins
 * with the host; what its store knows is then the best there is.
 */
export async function askHost<N extends QuestionName>(
  host: Pick<HostRecord, 'runId' | 'identity' | 'endedAt' | 'directory' | 'lock'>,
  question: QuestionOf<N> & { readonly ask: N },
): Promise<Asked<N>> {
  const presence = presenceOf(host);
  switch (presence) {
    case 'gone':
      return { answered: false, why: 'has ended' };
    case 'unknown':
      return { answered: false, why: 'is of another machine or container' };
    case 'living':
      return host.directory === null
        ? { answered: false, why: 'listens to nobody' }
        : await ask<N>(host.directory, question);
    default:
      return presence satisfies never;
  }
}
