import { isEspalierError } from '../errors.js';
import { type ExplainSource, explain } from '../explain.js';
import type { Finding } from '../machines/explain/explanation.js';
import type { Sentence } from '../transport/inspector/protocol/request.js';
import type { InspectedHost } from '../transport/inspector/source.js';

/** What happened to a part of a host, in the sentences of `explain`: the root cause first, with what to do about it. */
export function explained(source: ExplainSource, host: string): InspectedHost['why'] {
  return async (target) => {
    try {
      const { findings } = await explain(source, target, { host });
      const [root, ...others] = findings.map(sentencesOf);
      return [...(root ?? []), ...toDo(findings[0]), ...others.flat()];
    } catch (error) {
      if (!isEspalierError(error) || error.code !== 'ESP_NOT_FOUND') throw error;
      return { refused: 'not_found', message: error.message };
    }
  };
}

/** The first sentence of a finding carries its evidence, by number in the journal. */
function sentencesOf({ sentences, evidence }: Finding): Sentence[] {
  const seqs = evidence.flatMap(({ seq }) => seq ?? []);
  return sentences.map((text, index) => ({ text, evidence: index === 0 ? seqs : [] }));
}

function toDo({ advice }: Finding): Sentence[] {
  return advice === null ? [] : [{ text: `What to do: ${advice}`, evidence: [] }];
}
