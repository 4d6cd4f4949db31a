import { byteText } from '../../../stream-text.js';
import type { StoreTrouble } from '../../events.js';
import type { Finding } from '../findings/explanation.js';
import { type Facts, isHostsAffair } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration, errorText, evidence, ofType } from '../findings/words.js';

/** With less than this left nothing of consequence can be written, in bytes. */
const FULL_BELOW = 64 * 1024;

/** A store that could not be written: by what a host noted beside it, by the journal once it could, and by the disk now. */
export function diskFindings(facts: Facts): Finding[] {
  if (!isHostsAffair(facts)) return [];
  const { disk, host } = facts;
  const noted = disk?.trouble ?? null;
  const refused = ofType(facts.events, 'store.refused').filter(({ data }) => host === null || data.host === host.runId);
  const last = refused.at(-1);
  const isFull = disk?.freeBytes != null && disk.freeBytes < FULL_BELOW;
  const trouble = noted ?? last?.data ?? null;
  if (trouble === null && !isFull) return [];
  const place = disk?.file ?? 'the store';
  const now = disk?.freeBytes == null ? [] : [`Now ${byteText(disk.freeBytes)} are free there.`];
  return [
    finding('full_disk', {
      about: place,
      sentences: [first(disk?.file, trouble), ...(trouble ? [spell(trouble, noted !== null)] : []), ...now],
      evidence: [
        ...refused.map((event) =>
          evidence(event, `${count(event.data.writes, 'write')} refused: ${errorText(event.data.error)}`),
        ),
        ...(noted ? [{ seq: null, at: noted.to, text: `noted beside the store: ${errorText(noted.error)}` }] : []),
      ],
      // A host that had to end while it could not write is not helped by room that came later.
      standing: isFull || noted !== null || (host !== null && host.ended !== null) || host?.presence === 'gone',
      at: trouble?.to ?? facts.now,
    }),
  ];
}

function first(file: string | undefined, trouble: StoreTrouble | null): string {
  if (trouble === null || trouble.error.code === 'ESP_STORE_FULL') {
    return `The disk of ${file ?? 'the store'} ${trouble ? 'was' : 'is'} full: nothing could be written to the store.`;
  }
  return `The store${file === undefined ? '' : ` ${file}`} could not be written: ${errorText(trouble.error)}.`;
}

function spell({ host, writes, from, to }: StoreTrouble, goesOn: boolean): string {
  const so = `Host ${host} had ${count(writes, 'write')} refused within ${duration(to - from)}`;
  return goesOn
    ? `${so}, and the journal does not hold what happened meanwhile.`
    : `${so}; later writes succeeded again.`;
}
