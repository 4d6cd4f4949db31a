import { createDirectSpawner, createForkerSpawner } from './built.js';
import { describeSpawner } from './spawner-conformance.js';

describeSpawner('direct', (runId) => createDirectSpawner({ runId }));
describeSpawner('forker', (runId) => createForkerSpawner({ runId }));
describeSpawner('forker without a zygote', (runId) => createForkerSpawner({ runId, zygote: false }));
