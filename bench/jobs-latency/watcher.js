// Another process of the store: `watcher.js STORE`. Sends each job of which it reads that it was submitted, and when it did.
import { fromBuilt } from '../lib/espalier.js';
import { instant } from './instant.js';

const [store = ''] = process.argv.slice(2);
const { openReader } = await fromBuilt('index.js');
const reader = await openReader(store);
process.on('disconnect', () => process.exit());
const after = await reader.journal.head();
process.send?.({ ready: true });
for await (const { ctx } of reader.journal.tail({ after, types: ['job.submitted'], follow: true }))
  process.send?.({ job: ctx.job, at: instant() });
