import { readJson } from '../../../json/read.js';
import type { UserOperationStore } from '../../contract/user-operations.js';
import { payload } from '../../sql/payload.js';
import type { Access } from '../access.js';
import type { userOperationWrites } from './writes.js';

export function userOperationStore(
  access: Access<typeof userOperationWrites>,
  names: readonly string[],
): UserOperationStore {
  return {
    names,
    call: async (operation, args) => {
      const text = payload(args ?? null, `the arguments of operation ${operation}`, access.maxPayload);
      const by = access.runId ?? '';
      return readJson(await access.write('operations.call', { operation, args: text, by }, { bytes: text.length }));
    },
  };
}
