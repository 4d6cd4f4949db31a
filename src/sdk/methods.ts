import { anything, fields, flag, func, type Rule, required, shown, text } from '../options.js';
import type { MethodDescription } from '../transport/protocol/messages.js';
import type { CallContext } from './context.js';

/** A method with what others learn about it. */
export interface MethodDefinition {
  /**
   * Runs one call. What it returns, or resolves to, is the result; a generator or an async iterable answers with a stream.
   * Results are JSON with bytes (`Uint8Array`) in any place.
   */
  run(ctx: CallContext, args: unknown): unknown;
  readonly description?: string;
  /** A JSON Schema of `args`. */
  readonly input?: unknown;
  /** Whether it answers with a stream; known by itself of generator functions. */
  readonly stream?: boolean;
}

/** The methods of a worker: functions, or functions with a description. Annotate `args` with what you expect. */
export interface Methods {
  readonly [name: string]: MethodDefinition['run'] | MethodDefinition;
}

const definitionRule = fields<MethodDefinition>({
  run: required(func),
  description: text,
  input: anything,
  stream: flag,
});

/** What keeps something from being a method. */
export const methodRule: Rule = (value, place) => {
  if (typeof value === 'function') return undefined;
  if (typeof value === 'object' && value !== null) return definitionRule(value, place);
  return `${place} is ${shown(value)}; it must be a function, or { run, description, input, stream }`;
};

/** A method as the worker runs it. */
export interface Method extends MethodDescription {
  readonly run: MethodDefinition['run'];
}

const GENERATOR = /GeneratorFunction/;

/** The methods by name. */
export function methodTable(methods: Methods): ReadonlyMap<string, Method> {
  return new Map(Object.entries(methods).map(([name, method]) => [name, methodOf(name, method)]));
}

function methodOf(name: string, given: Methods[string]): Method {
  const definition: MethodDefinition = typeof given === 'function' ? { run: given } : given;
  const { run, description, input } = definition;
  const stream = definition.stream ?? GENERATOR.test(Object.prototype.toString.call(run));
  return { name, run: run.bind(definition), description, input, stream };
}

/** What the host learns of a method. */
export function descriptionOf({ name, description, input, stream }: Method): MethodDescription {
  return { name, description, input, ...(stream ? { stream } : {}) };
}
