import type { z } from 'zod';

/** What does not fit, each with its place in `what`: `input.path: expected string`. */
export function issuesOf(error: z.ZodError, what = 'input'): string {
  return error.issues.map(({ path, message }) => `${[what, ...path].join('.')}: ${message}`).join('; ');
}
