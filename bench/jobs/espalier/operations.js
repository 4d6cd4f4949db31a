/** Does nothing, in the transaction that records the success of a job. */
export const nothing = () => null;
