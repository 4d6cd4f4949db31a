import type { Facts } from '../../../../src/machines/explain/findings/facts.js';

/** Facts by what they are an example of. */
export type Cases = Readonly<Record<string, Facts>>;
