import type { Facts } from '../../../../src/machines/explain/facts.js';

/** Facts by what they are an example of. */
export type Cases = Readonly<Record<string, Facts>>;
