// Loaded first in every isolate that is counted (the host, its threads, the forker, a worker): counts the calls of the
// package's functions, and hands the counts over when it is asked for them. They begin anew with each answer.
import { Session } from 'node:inspector';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { isMainThread, workerData } from 'node:worker_threads';

const { ESPALIER_WAYS_SOCKET: path, ESPALIER_WAYS_DIST: dist } = process.env;

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const link = connect(path);
link.on('error', () => undefined);
// It keeps nothing alive.
link.unref();
createInterface({ input: link }).on('line', () => {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    const scripts = error === null ? coverage.result.filter(({ url }) => url.startsWith(dist)) : [];
    tell(scripts.flatMap(({ url, functions }) => called(url.slice(dist.length), functions)));
  });
});
tell(isolate());

function tell(what) {
  link.write(`${JSON.stringify(what)}\n`);
}

/** That a module was loaded is no call. */
function called(file, functions) {
  return functions
    .filter(({ functionName, ranges: [whole] }) => whole.count > 0 && (functionName !== '' || whole.startOffset > 0))
    .map(({ functionName, ranges: [whole] }) => `${file}\t${functionName}\t${whole.startOffset}`);
}

function isolate() {
  if (!isMainThread) return 'synchronous' in workerData ? 'writer' : 'reader';
  if (process.argv[1].endsWith('/forker/main.js')) return 'forker';
  return process.argv[1].endsWith('/worker.js') ? 'worker' : 'host';
}
