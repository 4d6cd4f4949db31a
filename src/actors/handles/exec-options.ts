import type { StreamEncodings } from '../../stream-text.js';

/** Where a program runs; of one execution, what it changes of that. */
export interface ExecOverrides {
  readonly cwd?: string | undefined;
  /** Added to the host's environment; `undefined` removes a name. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** What one execution may be told, however its streams are wanted. */
export interface SomeExecOptions extends ExecOverrides {
  /** Bytes or text for standard input; without it the program reads an end of file. */
  readonly stdin?: Uint8Array | string | undefined;
  /** For queue and run together, in milliseconds; none by default. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** For an execution whose streams are wanted as text. */
export interface ExecOptions extends SomeExecOptions {
  /** Text (the default) is UTF-8; a stream that is not is in base64, and `encoding` of the result says so. */
  readonly encoding?: 'text' | undefined;
}

/** For an execution whose streams are wanted as bytes. */
export interface ExecBytesOptions extends SomeExecOptions {
  /** Both streams as `Uint8Array`, as the program wrote them. */
  readonly encoding: 'bytes';
}

/** What a program left behind. */
export interface ExecResult<S extends string | Uint8Array = string> {
  readonly stdout: S;
  readonly stderr: S;
  /** Which streams of a text are in base64, because they are not UTF-8; left out when none is. */
  readonly encoding?: StreamEncodings;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  /** Only the last 1 MiB of a stream is kept; true when something was dropped. */
  readonly truncated: boolean;
}
