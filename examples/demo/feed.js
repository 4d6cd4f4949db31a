// An actor that crashes when it is told to: its supervisor starts it again, as often as its budget allows.
import { machine } from 'espalier';
import { fromCallback } from 'xstate';

const logic = fromCallback(({ receive }) => {
  receive(() => {
    throw new Error('the exchange closed the connection');
  });
});

/** @param {string} id */
export const feed = (id) => machine({ id, logic });
