// A worker with a method that does nothing, and one that says when it was called.
import { worker } from 'espalier/worker';
import { instant } from '../../jobs-latency/instant.js';

worker({
  concurrency: Number(process.env.CONCURRENCY ?? 1),
  methods: { nothing: () => null, now: () => instant() },
});
