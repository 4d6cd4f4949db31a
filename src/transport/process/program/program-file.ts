import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { codeOf } from '../../../errors.js';

/** The kernel looks at no more of a first line. */
const HEAD = 256;

/** Machines by their number in an ELF file. */
const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, 'x86 (32 bits)'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC (64 bits)'],
  [22, 's390x'],
  [40, 'ARM (32 bits)'],
  [62, 'x86-64'],
  [183, 'ARM64'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
]);

/** What else is a program, on other systems. */
const FOREIGN: readonly [magic: string, what: string][] = [
  ['4d5a', 'a program for Windows'],
  ['cffaedfe', 'a program for macOS'],
  ['cefaedfe', 'a program for macOS'],
  ['cafebabe', 'a program for macOS, or a Java class'],
  ['0061736d', 'a WebAssembly module'],
];

/**
 * Why the kernel does not run an executable file, in words that follow its name, as far as the file itself shows: an
 * interpreter or loader that is missing, another processor, no program at all. Null when it shows nothing. Blocks for a few
 * reads: ask when a start has failed.
 *
 * @example
 * programFault('/bin/sh'); // null
 */
export function programFault(file: string): string | null {
  try {
    const head = read(file, 0, HEAD);
    if (head.subarray(0, 2).toString('latin1') === '#!') return scriptFault(head);
    if (head.subarray(0, 4).toString('latin1') === '\x7fELF') return elfFault(file, head);
    const [, what] = FOREIGN.find(([magic]) => head.toString('hex').startsWith(magic)) ?? [];
    if (what) return `it is ${what}`;
    return isText(head) ? null : 'it is neither a program for this system nor a script';
  } catch {
    // Gone, or not to be read: then whoever was refused says what the system said.
    return null;
  }
}

/**
 * The same for a file that a shell is to run: a shell takes whatever the kernel refuses for a script of its own. Null where
 * the kernel has been told of other kinds of programs (`binfmt_misc`): then it alone knows.
 */
export function programFaultBeforeShell(file: string): string | null {
  const fault = programFault(file);
  return fault === null || fault.startsWith(FIRST_LINE) || !hasOtherKinds() ? fault : null;
}

const FIRST_LINE = 'its first line';

function scriptFault(head: Buffer): string | null {
  const line = head.toString('utf8', 2).split('\n', 1)[0] ?? '';
  const interpreter = /^[ \t]*([^ \t]+)/.exec(line)?.[1] ?? '';
  if (interpreter.trim() === '') return null;
  const missing = missingFile(interpreter);
  if (missing === null) return null;
  const windows = interpreter.endsWith('\r')
    ? ': the file has the line ends of Windows; convert it, with dos2unix say'
    : '';
  return `${FIRST_LINE} names the interpreter ${JSON.stringify(interpreter)}, which ${missing}${windows}`;
}

function elfFault(file: string, head: Buffer): string | null {
  const [is64, isLittle] = [head[4] === 2, head[5] === 1];
  const u16 = (at: number) => (isLittle ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const own = machineOf(process.execPath);
  const machine = u16(18);
  if (own !== null && machine !== own)
    return `it is a program for ${nameOf(machine)}, and this Node runs on ${nameOf(own)}`;
  const loader = isLittle && is64 ? loaderOf(file, head) : null;
  const missing = loader === null ? null : missingFile(loader);
  return missing === null ? null : `it needs the loader ${loader}, which ${missing}: it was made for another system`;
}

function machineOf(file: string): number | null {
  const head = read(file, 0, 20);
  return head.length < 20 ? null : head[5] === 1 ? head.readUInt16LE(18) : head.readUInt16BE(18);
}

function nameOf(machine: number): string {
  return MACHINES.get(machine) ?? `another processor (ELF machine ${machine})`;
}

const PT_INTERP = 3;

/** The loader that an ELF file of 64 bits names. */
function loaderOf(file: string, head: Buffer): string | null {
  const [start, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  const table = read(file, start, Math.min(size * count, 64 * 1024));
  for (let at = 0; at + 56 <= table.length && size >= 56; at += size) {
    if (table.readUInt32LE(at) !== PT_INTERP) continue;
    const [offset, length] = [Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32))];
    return read(file, offset, Math.min(length, 4096)).toString('utf8').replace(/\0.*$/s, '');
  }
  return null;
}

/** What keeps a file from being run, as words that follow "which"; null when nothing shows. */
/** Why a file cannot be run at all, in words that follow its name; null when it may be. */
export function missingFile(file: string): string | null {
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) return 'is a folder';
    return (stat.mode & 0o111) === 0 ? 'is not executable' : null;
  } catch (error) {
    return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR' ? 'does not exist' : null;
  }
}

function isText(head: Buffer): boolean {
  return !head.includes(0);
}

function hasOtherKinds(): boolean {
  try {
    return readdirSync('/proc/sys/fs/binfmt_misc').some((name) => name !== 'register' && name !== 'status');
  } catch {
    // It is not mounted: nobody has told the kernel of any.
    return false;
  }
}

function read(file: string, at: number, length: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
  } finally {
    closeSync(fd);
  }
}
