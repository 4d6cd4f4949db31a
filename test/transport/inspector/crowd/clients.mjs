// node test/transport/inspector/crowd/clients.mjs SOCKET TOKEN COUNT [looking]
// So many clients of the inspector at a Unix socket in a process of their own, which can be stopped and killed as a whole; `looking` ones
// follow the journal and the tree. Says `open` once all stand. Asked `{ seq, digest }`, it answers with what each has
// become as soon as all of them are there.
import { connect, treeDigest } from 'espalier/client';
import { WebSocket } from 'ws';

const [path, token, count, looking] = process.argv.slice(2);
const socket = (url) => new WebSocket(`ws+unix:${path}:/ws${new URL(url).search}`);

function client() {
  const made = connect({ url: 'http://localhost', token, socket });
  const one = { made, connections: 0, timeline: null, tree: null };
  made.status.subscribe(({ type }) => {
    one.connections += type === 'open' ? 1 : 0;
    changed();
  });
  if (looking === 'looking') {
    one.timeline = made.view({ type: 'timeline', last: 10 });
    one.tree = made.view({ type: 'tree' });
    one.timeline.subscribe(changed);
    one.tree.subscribe(changed);
  }
  return one;
}

let all = [];
let wanted = null;
let isOpen = false;

const stands = ({ made, timeline, tree }) =>
  made.status.get().type === 'open' && (!timeline || (timeline.get().ready && tree.get().ready));

const isThere = ({ timeline, tree }) =>
  timeline.get().position?.seq === wanted.seq && treeDigest(tree.get().actors.values()) === wanted.digest;

const told = ({ connections, timeline }) => ({
  connections,
  resyncs: timeline.get().resyncs,
  seqs: timeline.get().events.map(({ seq }) => seq),
});

function changed() {
  if (!isOpen && all.length > 0 && all.every(stands)) {
    isOpen = true;
    process.send('open');
  }
  if (wanted !== null && all.every(isThere)) {
    wanted = null;
    process.send(all.map(told));
  }
}

process.on('message', (message) => {
  wanted = message;
  changed();
});
process.on('disconnect', () => process.exit());
all = Array.from({ length: Number(count) }, client);
