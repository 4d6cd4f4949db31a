// A worker of two methods, written with the package that is counted.
const { worker } = await import(new URL('worker.js', process.env.ESPALIER_WAYS_DIST).href);

worker({ methods: { double: (_ctx, { n }) => n * 2, pid: () => process.pid } });
