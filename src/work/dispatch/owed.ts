/** What has happened and the store refuses to be told of now: it is told, in its order, as soon as that takes writes again. */
export interface Owed {
  /** @param key by which it can be dropped */
  owe(write: () => Promise<unknown>, key?: string): void;
  /** Resolves when nothing of that key is owed or being written. */
  drop(key: string): Promise<void>;
  /** Resolves when nothing is owed. @throws the refusal, if the store still does not take it */
  settled(): Promise<void>;
}
