// A client that looks at the tree, in a process of its own. Answers how many actors it heard to have changed.
import { serve } from '../lib/contender.js';
import { fromBuilt } from '../lib/espalier.js';

const [address] = process.argv.slice(2);
const { connect } = await fromBuilt('client-node.js');
const url = new URL(address);
const client = connect({ url: url.origin, token: url.searchParams.get('token') });
const tree = client.view({ type: 'tree' });
let heard = 0;
await new Promise((resolve) => {
  tree.subscribe(({ ready }, { changed }) => {
    heard += changed.length;
    if (ready) resolve();
  });
});

serve(
  (message) => {
    if (message === 'begin') heard = 0;
    return { heard, actors: tree.get().actors.size };
  },
  () => client.close(),
);
