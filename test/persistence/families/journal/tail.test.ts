import { expect, it } from 'vitest';
import { newFile, openHost } from '../../support/world.js';

it.each([Number.NaN, 1.5, '7'])(
  'refuses a cursor that is none, which no event would ever come after: %s',
  async (after) => {
    await using store = await openHost(newFile());
    const read = async () => {
      for await (const event of Reflect.apply(store.journal.tail, store.journal, [{ after }])) return event;
    };
    await expect(read()).rejects.toMatchObject({ code: 'ESP_INVALID', message: expect.stringContaining('after') });
  },
);
