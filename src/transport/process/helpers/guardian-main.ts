import { removeHostDirectory } from '../host-files/directory.js';
import { readSessions } from '../host-files/sessions.js';
import { look, UNSEEN } from '../proc/look.js';
import { readStat } from '../proc/proc.js';
import { isAlive } from '../proc/stat.js';
import { Sweeper } from '../sweep/sweeper.js';

/**
 * The second half of a guardian: node main.js RUNID GENERATION DIRECTORY HOST_PID:HOST_TICKS ORPHANED_AT_TICKS
 *
 * Proves that nothing of one dead forker is left, and removes the host's folder if the host is dead too.
 */
const [runId = '', generation = '', directory = '', host = '', orphanedAt = ''] = process.argv.slice(2);
const [hostPid = 0, hostTicks = 0] = host.split(':').map(Number);

process.title = 'espalier-guard';
// Without the folder there are no sessions to prove anything by; cookies still do.
const sessions = readSessions(directory, Number(generation), Number(orphanedAt));
const sweeper = new Sweeper({ isLivingGroup: () => false });
await sweeper.sweep({ cookies: [`${runId}.${generation}.`], startTicks: hostTicks, sessions });
const found = look(() => readStat(hostPid));
const hostLives = found === UNSEEN || (found !== null && isAlive(found) && found.startTicks === hostTicks);
if (!hostLives) await removeHostDirectory(directory);
