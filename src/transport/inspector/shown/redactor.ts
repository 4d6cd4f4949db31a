/** What keeps secrets from going out. Whoever makes an inspector hands it in; nothing that is not ours goes another way. */
export interface Redactor {
  /** A copy as JSON has it: secrets masked, large values cut, no code of the value's own called. */
  value(value: unknown): unknown;
  text(text: string): string;
  /** A command line: an option's value may be the next word. */
  words(words: readonly string[]): string[];
}
