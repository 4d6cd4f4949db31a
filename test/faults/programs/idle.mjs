// A worker that does nothing wrong.
import { worker } from 'espalier/worker';

worker({ methods: { embed: () => [1, 2, 3] } });
