/** Says something to people, on standard error. What cannot be written there is missed, and changes nothing. */
export function tell(text: string): void {
  const { stderr } = process;
  if (!stderr.listeners('error').includes(miss)) stderr.on('error', miss);
  stderr.write(text);
}

/** A full disk, a pipe without a reader, a closed terminal: without a listener each would end the process. */
function miss(): void {
  return undefined;
}
