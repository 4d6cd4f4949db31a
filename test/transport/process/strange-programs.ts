import { readFileSync } from 'node:fs';

/** A program of this machine that says it is for another processor, by its number. */
export function foreignElf(machine: number): Buffer {
  const bytes = Buffer.from(readFileSync('/bin/true'));
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/** A program of this machine whose loader is not there. */
function withoutLoader(): Buffer {
  const bytes = Buffer.from(readFileSync('/bin/true'));
  const at = bytes.indexOf('.so.');
  bytes.write('.no.', at);
  return bytes;
}

/** Executable files that the kernel does not run, whatever else it may have been told of, and what is said of each. */
export function strangeFiles(): [name: string, content: string | Buffer, why: RegExp][] {
  return [
    [
      'a script from Windows',
      '#!/bin/sh\r\necho hello\r\n',
      /"\/bin\/sh\\r", which does not exist: .*line ends of Windows/,
    ],
    ['a script for what is not there', '#!/nope -x\n', /names the interpreter "\/nope", which does not exist$/],
    ['a program whose loader is not there', withoutLoader(), /needs the loader \/.*\.no\..*, which does not exist/],
    ['bytes of no kind', Buffer.from([1, 2, 0, 3]), /neither a program for this system nor a script/],
    ['a program for Windows', Buffer.from('MZ\x90\0\x03', 'latin1'), /it is a program for Windows/],
  ];
}
