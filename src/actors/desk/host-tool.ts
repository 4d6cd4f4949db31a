import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import { issuesOf } from '../../issues.js';
import { fields, flag, func, kind, listOf, required } from '../../options.js';
import type { CallContextIds, MethodDescription } from '../../transport/protocol/messages.js';

/** On whose behalf a tool runs. */
export interface ToolContext {
  /** The path of the worker that called it; null when the host did. */
  readonly worker: string | null;
  /** The ids of the work in which the worker called it; null when there is none. */
  readonly ids: CallContextIds | null;
  /** Fires when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** Something the host can do for its workers, and for whoever calls it by its name. */
export interface HostTool<S extends z.ZodType = z.ZodType> {
  /** 1 to 64 letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  readonly description: string;
  /** What its argument must be; it is checked before `run`. */
  readonly input: S;
  /** What it returns, or resolves to, is the result: JSON, with bytes in any place. */
  run(ctx: ToolContext, input: z.output<S>): unknown;
  /** Listed before the others: what most work needs. */
  readonly core?: boolean;
}

const NAME = /^[\w.-]{1,64}$/;
const MAX_DESCRIPTION = 4096;

/**
 * A host tool whose `run` knows the type of its input.
 *
 * @example
 * import { tool } from 'espalier';
 * import { z } from 'zod';
 * const disk = tool({
 *   name: 'disk',
 *   description: 'Free bytes on a file system',
 *   input: z.object({ path: z.string() }),
 *   run: async (ctx, { path }) => (await statfs(path)).bavail,
 * });
 */
export function tool<S extends z.ZodType>(definition: HostTool<S>): HostTool {
  return {
    ...definition,
    run: (ctx, input) => definition.run(ctx, definition.input.parse(input)),
  };
}

const toolRule = fields<HostTool>({
  name: required(kind(`text that matches ${NAME}`, (value) => typeof value === 'string' && NAME.test(value))),
  description: required(
    kind(
      `text of at most ${MAX_DESCRIPTION} characters`,
      (value) => typeof value === 'string' && value.length <= MAX_DESCRIPTION,
    ),
  ),
  input: required(kind('a zod schema', (value) => value instanceof z.ZodType)),
  run: required(func),
  core: flag,
});

/** @throws EspalierError `ESP_INVALID` naming the tool that does not fit */
export function checkTools(tools: readonly HostTool[]): void {
  const problem = listOf(toolRule, 'a list of tools')(tools, 'tools');
  if (problem !== undefined) throw invalid(problem);
  const seen = new Set<string>();
  for (const { name } of tools) {
    if (seen.has(name)) throw invalid(`two have the name '${name}'`);
    seen.add(name);
  }
}

/** What others learn of a tool. A schema that JSON Schema cannot say is left open; it is checked all the same. */
export function describeTool({ name, description, input }: HostTool): MethodDescription {
  return { name, description, input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) };
}

/** @throws EspalierError `ESP_INVALID` naming what does not fit; whatever the tool throws */
export async function runTool(tool: HostTool, ctx: ToolContext, args: unknown): Promise<unknown> {
  const parsed = await tool.input.safeParseAsync(args ?? {});
  if (parsed.success) return await tool.run(ctx, parsed.data);
  throw new EspalierError('ESP_INVALID', `tool ${tool.name}: ${issuesOf(parsed.error)}`, {
    context: { tool: tool.name },
  });
}

function invalid(problem: string): EspalierError {
  return new EspalierError('ESP_INVALID', `tools: ${problem}`);
}
