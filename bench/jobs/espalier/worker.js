// A worker whose one method does nothing.
import { worker } from 'espalier/worker';

worker({ concurrency: Number(process.env.CONCURRENCY ?? 1), methods: { nothing: () => null } });
