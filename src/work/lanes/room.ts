/** One lane's part in the room of a pool. */
export interface Share {
  /** How much of the room the other lanes have taken. */
  readonly others: number;
  /** Takes so much more of it, or gives so much back. What is given back is offered to the others first. */
  change(by: number): void;
}

/** The room of a pool that several lanes feed: what one has taken is not there for the others. */
export class Room {
  readonly #taken = new Map<object, { taken: number; readonly changed: () => void }>();

  /** @param changed what the others have taken has changed */
  share(changed: () => void): Share & Disposable {
    const own = { taken: 0, changed };
    const others = () => [...this.#taken.values()].filter((share) => share !== own);
    this.#taken.set(own, own);
    return {
      get others() {
        return others().reduce((sum, { taken }) => sum + taken, 0);
      },
      change: (by) => {
        own.taken += by;
        for (const share of others()) share.changed();
      },
      [Symbol.dispose]: () => {
        this.#taken.delete(own);
        for (const share of others()) share.changed();
      },
    };
  }
}
