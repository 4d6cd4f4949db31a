import { codeOf, type EspalierError, isEspalierError } from '../../../errors.js';
import { removeHostDirectory } from '../host-files/directory.js';
import { LocalLauncher } from '../launcher/local.js';
import type { ProgramStarter } from '../launcher/program.js';
import { ShellStarter } from '../launcher/shell-starter.js';
import { startTicksOf } from '../proc/proc.js';
import { ZygoteStarter } from '../zygote/starter.js';
import { isToForker, type ToForker, type ToHost } from './messages.js';

/**
 * The forker: a small process that forks for its host, because forking the host itself would stop its event loop for
 * longer the larger it is. It is the parent of every program and holds every lifeline. When the channel to the host
 * ends, so does everything it started, and then itself.
 */

/**
 * How long it may take to end everything, in milliseconds; what is left then is the guardian's. A host that lives waits
 * `CLOSE_MS` of era.ts.
 */
const ENDING_MS = 40_000;

let launcher: LocalLauncher | undefined;
/** Of a first forker from the beginning: if its host dies before it is told anything, nobody else knows of the folder. */
let directory: string | undefined = process.argv[2];
let leaving = false;
const environments = new Map<number, Readonly<Record<string, string>>>();

/** Tells the host something; if the host is gone, so is the reader. */
function tell(message: ToHost): void {
  if (process.connected) process.send?.(message, undefined, {}, ignoreBrokenChannel);
}

function ignoreBrokenChannel(): void {
  // The channel broke while the message was under way; `disconnect` follows and is the one place that reacts to it.
}

/** Answers question `n` with what `work` resolves to. */
async function answer(n: number, work: Promise<ToHost>): Promise<void> {
  try {
    tell(await work);
  } catch (error) {
    if (isEspalierError(error)) {
      const { code, message, context } = error;
      tell({ t: 'refused', n, code, message, context: { ...context } });
    } else if (error instanceof Error && codeOf(error) !== undefined) {
      // What the operating system refuses is no reason to give up on everybody else's programs.
      tell({ t: 'refused', n, code: 'ESP_SPAWN', message: error.message, context: { reason: codeOf(error) } });
    } else throw error;
  }
}

function start(message: Extract<ToForker, { t: 'start' }>): void {
  directory = message.directory;
  const onFifos = (made: number, failure: EspalierError | null) =>
    tell({ t: 'fifos', made, failure: failure?.message ?? null, reason: String(failure?.context?.reason ?? '') });
  launcher = new LocalLauncher(
    {
      ...message,
      starter: starterOf(message),
      onFifos,
      onGuardian: (guardian) => tell({ t: 'guardian', ...guardian }),
    },
    { exited: (spawnId, { code, signal }) => tell({ t: 'exited', spawnId, code, signal }) },
  );
  launcher.start();
  tell({ t: 'ready', startTicks: startTicksOf(process.pid) });
}

/** Without its zygote a forker can prove nothing of what that started; its guardian and its successor can. */
function starterOf({ zygote, directory, generation, lock }: Extract<ToForker, { t: 'start' }>): ProgramStarter {
  if (zygote === null) return new ShellStarter({ directory, generation });
  return new ZygoteStarter(zygote, { directory, generation, lock }, lose);
}

async function launch(held: LocalLauncher, message: Extract<ToForker, { t: 'launch' }>): Promise<ToHost> {
  const { n, order } = message;
  const { spawnId } = order;
  const { pid, startTicks, ended } = await held.launch({ ...order, env: environments.get(message.env) ?? {} });
  ended.then(
    (end) => tell({ t: 'ended', spawnId, pinnedUntil: end?.pinnedUntil ?? null, failure: null }),
    (error: Error) => tell({ t: 'ended', spawnId, pinnedUntil: null, failure: error.message }),
  );
  return { t: 'launched', n, pid, startTicks };
}

async function obey(held: LocalLauncher, message: Exclude<ToForker, { t: 'start' | 'leave' }>): Promise<void> {
  switch (message.t) {
    case 'env':
      environments.set(message.number, message.env);
      return;
    case 'launch':
      return answer(message.n, launch(held, message));
    case 'signal':
      return held.signal(message.spawnId, message.signal);
    case 'kill': {
      const { n, spawnId } = message;
      return answer(
        n,
        held.killGroup(spawnId).then((end) => ({ t: 'killed', n, pinnedUntil: end?.pinnedUntil ?? null })),
      );
    }
    case 'sweep': {
      const { n, target } = message;
      return answer(
        n,
        held.sweep(target).then((report) => ({ t: 'swept', n, report })),
      );
    }
    case 'refill':
      return held.refill(message.taken);
    case 'ping':
      return held.answers().then(() => tell({ t: 'pong' }));
    case 'close': {
      const { n } = message;
      return answer(
        n,
        held.close().then(() => ({ t: 'closed', n })),
      );
    }
    default:
      return message satisfies never;
  }
}

/** Ends everything, tries to say why, and goes. */
async function leave(code: number, removeDirectory: boolean): Promise<void> {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(1), ENDING_MS).unref();
  try {
    await launcher?.close();
    if (removeDirectory && directory !== undefined) await removeHostDirectory(directory);
  } finally {
    // What could not be proven gone is left to the guardian, whose pipe breaks now.
    process.exit(code);
  }
}

function fail(error: unknown): void {
  tell({ t: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  // Whoever is leaving already may wait for what will not come now.
  if (leaving) process.exit(1);
  void leave(1, false);
}

/** At once: its programs are on their way out, and whoever closes would wait for reports that nobody writes. */
function lose(error: Error): void {
  if (!process.connected) process.exit(1);
  process.send?.({ t: 'failed', message: error.message } satisfies ToHost, undefined, {}, () => process.exit(1));
}

function stay(): void {
  // Having a listener is all it takes.
}

process.title = 'espalier-forker';
// A signal to everything at once, as at a shutdown, must not take the workers before the host has drained them.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGPIPE'] as const)
  process.on(signal, stay);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.on('disconnect', () => void leave(0, true));
process.on('message', (message) => {
  if (!isToForker(message)) throw new Error(`a message for no forker: ${JSON.stringify(message)}`);
  if (message.t === 'leave') directory = undefined;
  else if (message.t === 'start' && !leaving) start(message);
  else if (message.t !== 'start' && launcher) obey(launcher, message).catch(fail);
});
// The host may have died while this was loaded, when nobody listened.
if (!process.connected) void leave(0, true);
