import { worker } from 'espalier/worker';

worker({ concurrency: Number(process.env.CONCURRENCY ?? 1), methods: { echo: (_ctx, args) => args } });
