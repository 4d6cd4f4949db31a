import { describe, expect, it } from 'vitest';
import { espalier, rowsOf } from '../../cli/espalier.js';
import { digestIn, digestOfWhole, INPUTS, inspected, OldStore, openGate, streamed, VERSIONS } from './old-stores.js';

describe.each(VERSIONS)('of a store that a killed host has left in version %i', (version) => {
  it('the run goes on where it was, to the digest of one that was never interrupted', async () => {
    const store = await OldStore.open(version, 'interrupted');
    expect(await store.lines('runs')).toMatchObject([{ run: store.run, status: 'interrupted', total: INPUTS.length }]);
    const before = rowsOf(await store.ask('rows', store.run, '--json'));
    expect(before.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['succeeded', 1],
      ['succeeded', 1],
      ['succeeded', 2],
      ['failed', 2],
    ]);

    openGate([5]);
    const { stdout, stderr } = await espalier(store.folder, ['continue', store.run, '--db', store.file, '--quiet']);
    const after = rowsOf(await store.ask('rows', store.run, '--json'));
    expect(after.slice(0, 4), stderr).toEqual(before);
    expect(rowsOf(stdout)).toEqual(after.slice(4));
    expect(after.map(({ index, input }) => [index, input])).toEqual([...INPUTS.entries()]);
    // What was lost with the host costs no try: 5, which had failed before, had one left.
    expect([4, 5, 6, 7].map((index) => after[index]?.attempts)).toEqual([1, 2, 1, 1]);
    expect(after.filter(({ status }) => status !== 'succeeded').map(({ index }) => index)).toEqual([3]);
    const digest = digestIn(await store.ask('show', store.run, '--json'));
    expect(store.sql).toContain(`never interrupted, has the digest ${digest}\n`);
    expect(await digestOfWhole()).toBe(digest);
  });

  it('the journal is told as it was written, by events and by the inspector', async () => {
    const store = await OldStore.open(version, 'interrupted');
    const told = await store.journal();
    expect(told.slice(0, store.events.length)).toEqual(store.events);
    const since = told.slice(store.events.length).map(({ type }) => type);
    expect(since).toEqual(expect.arrayContaining(['host.fenced', 'attempt.lost', 'run.interrupted']));

    const get = await inspected(store, store.host);
    expect(JSON.parse(await get('/api/hello'))).toMatchObject({ presence: 'gone', source: 'store' });
    expect(JSON.parse(await get('/api/runs'))).toMatchObject({ runs: [{ run: store.run, status: 'interrupted' }] });
    expect(JSON.parse(await get(`/api/rows?run=${store.run}&from=0&limit=10`))).toMatchObject({
      rows: [{}, {}, { attempts: 2 }, {}],
    });
    expect(streamed(await get('/events?after=0'))).toEqual(told);
  });

  it('a process that nobody could end is listed, and its slot is not run beside it', async () => {
    const store = await OldStore.open(version, 'suspect');
    expect(await store.lines('ps')).toMatchObject([
      { state: 'suspect', jobId: `${store.run}:0`, attempt: 1, runId: store.host },
    ]);
    expect(await store.lines('events', '--type', 'process.suspect')).toMatchObject([{ ctx: { run: store.run } }]);
    expect(await store.found('continue', '["echo","{}"]', store.run)).toMatchObject({
      status: 'completed',
      rows: [
        { index: 0, status: 'failed', attempts: 0, error: { code: expect.stringMatching(/^ESP_/) } },
        { index: 1, status: 'succeeded', attempts: 1, input: '/bin/true' },
      ],
    });
  });

  it('a saved machine goes on, with sessions, outputs and logs', async () => {
    const store = await OldStore.open(version, 'saved');
    expect(await store.found('saved', '["sh","-c","{}"]')).toMatchObject({
      value: 'odd',
      count: 7,
      sessions: [{ session: 'visitor', data: { turns: 2, said: 'grüezi' } }],
    });
    expect(await store.lines('events', '--type', 'snapshot.restored')).toMatchObject([{ path: '/ledger' }]);
    expect(rowsOf(await store.ask('rows', store.run, '--json'))).toMatchObject([
      { status: 'succeeded', output: { stdout: 'out\n', stderr: 'grüezi\n' } },
      { status: 'succeeded', output: { encoding: { stdout: 'base64' }, stdout: '//4=' } },
      { status: 'failed', output: { exitCode: 3 } },
    ]);
    expect(await store.ask('logs', `${store.run}:0`)).toContain('out\n');
    if (version >= 4) expect(await store.ask('logs', '/tick')).toContain('hello\n');
  });
});
