import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeHostDirectory } from '../directory.js';
import type { HeldSession } from '../launcher/launcher.js';
import { parseSessions, sessionFileName } from '../launcher/sessions.js';
import { readStat } from '../proc.js';
import { isAlive } from '../stat.js';
import { Sweeper } from './sweeper.js';

/**
 * The second half of a guardian: node main.js RUNID GENERATION DIRECTORY HOST_PID:HOST_TICKS ORPHANED_AT_TICKS
 *
 * Proves that nothing of one dead forker is left, and removes the host's folder if the host is dead too.
 */
const [runId = '', generation = '', directory = '', host = '', orphanedAt = ''] = process.argv.slice(2);
const [hostPid = 0, hostTicks = 0] = host.split(':').map(Number);

function heldSessions(): readonly HeldSession[] {
  const file = join(directory, sessionFileName(Number(generation)));
  // Without the file there are no sessions to prove anything by; cookies still do.
  return existsSync(file) ? parseSessions(readFileSync(file, 'latin1'), Number(orphanedAt)) : [];
}

process.title = 'espalier-guard';
const sweeper = new Sweeper({ isLivingGroup: () => false });
await sweeper.sweep({ cookies: [`${runId}.${generation}.`], startTicks: hostTicks, sessions: heldSessions() });
const found = readStat(hostPid);
const hostLives = found !== null && isAlive(found) && found.startTicks === hostTicks;
if (!hostLives) await removeHostDirectory(directory);
