/** What is searched of a tool. */
interface Searched {
  readonly name: string;
  readonly description?: string | undefined;
}

/** The tools whose name or description holds every word of `words`, in any case; those that hold one in their name first. */
export function searchTools<T extends Searched>(tools: readonly T[], words: string): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tools.filter(({ name, description = '' }) => {
    const text = `${name} ${description}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const named = ({ name }: T) => wanted.some((word) => name.toLowerCase().includes(word));
  return [...found.filter(named), ...found.filter((tool) => !named(tool))];
}
