/** The lines of a text behind one another. It begins where blanks do, so that many of them without an end are looked at once. */
export function oneLine(text: string): string {
  return text.replace(/(?<!\s)\s*\n\s*/g, ' ');
}
