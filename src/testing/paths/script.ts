import { inspect } from 'node:util';

/** Longer descriptions of one event are cut. */
const WIDTH = 100;

interface PathSteps {
  readonly events: readonly { readonly type: string }[];
  readonly states: readonly { readonly value: unknown }[];
}

/**
 * A path as a script that can be read from top to bottom, one step a line, the step that failed marked.
 *
 * @param failed the step that failed; 0 is the start
 */
export function script({ events, states }: PathSteps, failed?: number): string {
  const lines = states.map((state, step) => {
    const event = events[step - 1];
    return { step, what: event === undefined ? 'start' : describeEvent(event), where: describeValue(state.value) };
  });
  const width = Math.max(...lines.map(({ what }) => what.length));
  return lines
    .map(({ step, what, where }) => {
      const mark = step === failed ? '>' : ' ';
      return `${mark} ${String(step).padStart(2)}. ${what.padEnd(width)}  → ${where}`;
    })
    .join('\n');
}

function describeEvent({ type, ...rest }: { readonly type: string }): string {
  if (Object.keys(rest).length === 0) return type;
  const details = inspect(rest, { depth: 4, breakLength: Number.POSITIVE_INFINITY, compact: true });
  return `${type} ${details.length > WIDTH ? `${details.slice(0, WIDTH)}…` : details}`;
}

function describeValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
