/** The writer thread: the only place of this process that writes to the store. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { connectWriter } from '../file/connect.js';
import { StandingFiles } from '../file/standing-files.js';
import type { Connection } from '../sql/connection.js';
import { toWire } from '../thread/wire-error.js';
import { runGroup } from './group.js';
import type { FromWriter, ToWriter, WriterData } from './messages.js';

const writerData: z.ZodType<WriterData> = z.object({
  file: z.string(),
  known: z.boolean(),
  synchronous: z.enum(['full', 'normal']),
  busyTimeoutMs: z.number(),
  fileMode: z.number().nullable().optional(),
});

if (parentPort !== null) serve(parentPort, writerData.parse(workerData));

function serve(port: MessagePort, data: WriterData): void {
  const answer = (message: FromWriter): void => port.postMessage(message);
  let db: Connection;
  let files: StandingFiles;
  try {
    db = connectWriter(data.file, data, Date.now());
    files = new StandingFiles(data.file);
  } catch (error) {
    answer({ kind: 'failed', error: toWire(error) });
    return;
  }
  port.on('message', (message: ToWriter) => {
    switch (message.kind) {
      case 'group':
        answer({ kind: 'answer', answer: runGroup(db, message.calls, Date.now(), data.file, files) });
        return;
      case 'close':
        db.close();
        port.close();
        return;
      default:
        message satisfies never;
    }
  });
  answer({ kind: 'opened' });
}
