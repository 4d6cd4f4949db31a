/** What the zygote is told: frames of a length (32 bits, little endian), a letter, the number of the program, and more. */

/** One program to start, as the zygote needs it. All paths are absolute; empty where there is none. */
export interface ZygoteOrder {
  readonly cwd: string;
  /** The file that becomes standard input, unlinked once open; empty for /dev/null. */
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The socket that becomes fd 3, and what is said to it first; both empty for no port. */
  readonly socket: string;
  readonly token: string;
  readonly label: string;
  /** The value of the cookie variable in the watcher's environment. */
  readonly cookie: string;
  readonly command: readonly string[];
  /** What the program is called by, if not `command[0]`. */
  readonly argv0?: string | undefined;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a program, which has the number `id` from then on. */
export function launchFrame(id: number, order: ZygoteOrder): Buffer {
  const { cwd, stdin, stdout, stderr, socket, token, label, cookie, command, argv0, env } = order;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const counts = [String(command.length), String(variables.length)];
  const words = [cwd, stdin, stdout, stderr, socket, token, label, cookie, ...counts, ...command, ...variables];
  if (argv0 !== undefined) words.push(argv0);
  return frame('L', id, Buffer.from(`${words.join('\0')}\0`));
}

/** Sends a signal to a program, if it was not collected yet. */
export function signalFrame(id: number, signal: number): Buffer {
  return frame('S', id, Buffer.of(signal));
}

/** Kills a program's group, if its number still belongs to it. */
export function killFrame(id: number): Buffer {
  return frame('K', id, Buffer.alloc(0));
}

/** Asks for a sign of life. */
export function pingFrame(): Buffer {
  return frame('P', 0, Buffer.alloc(0));
}

function frame(type: 'L' | 'S' | 'K' | 'P', id: number, payload: Buffer): Buffer {
  const head = Buffer.allocUnsafe(9);
  head.writeUInt32LE(payload.length + 5, 0);
  head.write(type, 4, 'latin1');
  head.writeUInt32LE(id, 5);
  return Buffer.concat([head, payload]);
}
