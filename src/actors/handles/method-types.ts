import type { z } from 'zod';

/**
 * What a method of a pool's workers takes and answers, checked on both sides: schemas of zod. `output` is the result, or of a
 * method that answers with a stream each chunk.
 */
export interface MethodContract {
  readonly input?: z.ZodType;
  readonly output?: z.ZodType;
}

/** The methods of a pool by name. */
export type Contract = Readonly<Record<string, MethodContract>>;

/** Methods of which nothing is known: any name, any argument, any answer. */
export interface UntypedMethods {
  readonly [name: string]: (args?: unknown) => unknown;
}

/**
 * How a method can be written down: what it takes from its caller (`args`), what comes back (`result`), and whether it is a
 * result or a stream. Three ways lead here: a function `(args) => result`, a worker's own method `(ctx, args) => result`, and
 * `{ input, output }` of types or of zod's schemas. A function that answers with a generator or an async iterable streams.
 */
type MethodShape<D> = D extends { readonly run: infer F extends AnyFunction }
  ? FunctionShape<F>
  : D extends AnyFunction
    ? FunctionShape<D>
    : { args: Given<PropertyOf<D, 'input'>>; result: Answered<PropertyOf<D, 'output'>>; how: 'either' };

// Parameters of `never` accept every function.
type AnyFunction = (...args: never[]) => unknown;

type FunctionShape<F extends AnyFunction> = F extends (...args: infer P) => infer R
  ? { args: ArgsOf<P>; how: HowOf<Awaited<R>>; result: ResultOf<Awaited<R>> }
  : never;

/** The last parameter of a worker's method, after its context; the first of a plain function. */
type ArgsOf<P extends readonly unknown[]> = P extends readonly []
  ? undefined
  : P extends readonly [infer First]
    ? IsContext<First> extends true
      ? undefined
      : First
    : P extends readonly [unknown, infer Args, ...unknown[]]
      ? Args
      : P[0];

/** Known by what only the context of a call has. */
type IsContext<T> = unknown extends T
  ? false
  : T extends { readonly traceparent: string | undefined; readonly signal: AbortSignal }
    ? true
    : false;

// In brackets: `never`, of a method that always throws, would otherwise be taken apart and be neither.
type HowOf<R> = unknown extends R
  ? 'either'
  : [R] extends [never]
    ? 'call'
    : R extends Streaming<unknown>
      ? 'stream'
      : 'call';
type ResultOf<R> = unknown extends R ? unknown : R extends Streaming<infer T> ? T : R;

/** What a worker answers with a stream. */
type Streaming<T> = AsyncIterable<T> | Generator<T>;

type PropertyOf<D, K extends string> = D extends { readonly [P in K]?: infer V } ? V : unknown;
type Given<S> = unknown extends S ? unknown : S extends z.ZodType ? z.input<S> : S;
type Answered<S> = unknown extends S ? unknown : S extends z.ZodType ? z.output<S> : S;

type Text<K> = Extract<K, string>;

/** The methods that can be asked for a result. */
export type CallName<M> = { [K in keyof M]: MethodShape<M[K]>['how'] extends 'stream' ? never : Text<K> }[keyof M];

/** The methods that can be asked for a stream. */
export type StreamName<M> = { [K in keyof M]: MethodShape<M[K]>['how'] extends 'call' ? never : Text<K> }[keyof M];

/** What follows the name of a method: its argument, which may be left out where it may be undefined, and options. */
export type ArgsThen<M, K extends keyof M, O> = undefined extends MethodShape<M[K]>['args']
  ? [args?: MethodShape<M[K]>['args'], options?: O]
  : [args: MethodShape<M[K]>['args'], options?: O];

/** What a method resolves with; of a stream one chunk. */
export type AnswerOf<M, K extends keyof M> = MethodShape<M[K]>['result'];
