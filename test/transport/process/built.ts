/**
 * The built modules: a forker is a program of its own and runs from the build, so what drives it is tested from there.
 */
import type * as direct from '../../../src/transport/process/direct.js';
import type * as client from '../../../src/transport/process/forker/client.js';

const folder = new URL('../../../dist/transport/process/', import.meta.url);

export const { createForkerSpawner }: typeof client = await import(new URL('forker/client.js', folder).href);
export const { createDirectSpawner }: typeof direct = await import(new URL('direct.js', folder).href);
