import type { Command } from 'commander';
import { z } from 'zod';
import { inspectStore, type StoreInspector } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { onStore, withReader } from '../options/options.js';
import { wholeNumber } from '../options/parse.js';
import { tell } from '../print/diagnostics.js';
import { Signals } from '../runs/signals.js';

const optionsSchema = z.object({
  db: knownStore,
  port: z.number(),
  host: z.string().exactOptional(),
});

/** `espalier inspect`: the page of a store, whether its host lives or not, until Ctrl-C. */
export function addInspect(program: Command): void {
  onStore(
    program.command('inspect [file]').description('look at a store in the browser, of a living host or a dead one'),
  )
    .option('--port <n>', 'on 127.0.0.1; a free one by default', wholeNumber(0, 65_535), 0)
    .option('--host <id>', 'the host, when the store has several; a living one, then the newest by default')
    .action(async (file: string | undefined, raw: unknown) => {
      const { db, ...options } = optionsSchema.parse(Object.assign({}, raw, file !== undefined && { db: file }));
      await withReader(db, async (reader) => {
        const inspector = await inspectStore(reader, options);
        const { unknownSecrets } = inspector;
        tell(
          `inspect ${inspector.url}\n${aboutHost(inspector.host)}\n${unknownSecrets === null ? '' : `${unknownSecrets}\n`}`,
        );
        await stopped();
        await inspector.close();
      });
    });
}

function aboutHost({ runId, presence, pid }: StoreInspector['host']): string {
  switch (presence) {
    case 'living':
      return `host ${runId} lives (pid ${pid}); its own inspector also shows plain machines, living output and gauges`;
    case 'gone':
      return `host ${runId} has ended; its actors are shown as they were seen last`;
    case 'unknown':
      return `host ${runId} is of another machine or container; whether it lives is not known here`;
    default:
      return presence satisfies never;
  }
}

/** Resolves when somebody asks this process to end. A timer keeps it alive until then: the inspector's server does not. */
async function stopped(): Promise<void> {
  const alive = setInterval(() => undefined, 2 ** 30);
  let end: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    end = resolve;
  });
  using _signals = new Signals({ pause: end, pausing: () => undefined, stop: end });
  await asked;
  clearInterval(alive);
}
