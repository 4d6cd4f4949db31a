/** The queue of all contenders. */
export const QUEUE = 'bench';
