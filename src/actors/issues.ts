import type { z } from 'zod';

/** What does not fit, each with its place: `input.path: expected string`. */
export function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${['input', ...path].join('.')}: ${message}`).join('; ');
}
