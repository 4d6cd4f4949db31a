import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, System } from 'espalier';
import { Random } from '../../../sim/random.js';
import { JobHost } from '../../support/job-host.js';
import { folder, remains, start } from '../../support/support.js';
import { brokenEnds, brokenExecutions, brokenWords, linesOf, overCaps, overRate, type Told } from './verdict.js';
import { Watch } from './watch.js';
import { CAPS, type Planned, plan, RATE } from './work.js';

export interface FireOptions {
  readonly seed: number;
  readonly jobs: number;
  /** Hosts die for so long, in milliseconds. */
  readonly faultsMs: number;
  /** When they do not die any more all ends within this, in milliseconds. */
  readonly boundMs: number;
}

const HOSTS = 4;
const BATCH = 100;

/** Jobs on four hosts that are killed and started again at random, until the faults stop. Answers what is broken, and figures. */
export async function play(options: FireOptions): Promise<{ readonly broken: string[]; readonly figures: object }> {
  const fire = await Fire.light(options);
  await fire.burn();
  return await fire.end();
}

class Fire {
  readonly #told: Told[] = [];
  readonly #limits = new Map<string, readonly string[]>();
  readonly #jobs: Job[] = [];
  readonly #all: string[] = [];
  readonly #starts: Promise<void>[] = [];
  #kills = 0;
  #restMs = 0;

  private constructor(
    readonly options: FireOptions,
    readonly random: Random,
    readonly store: string,
    readonly file: string,
    readonly client: System,
    readonly watch: Watch,
    readonly hosts: Promise<JobHost>[],
  ) {}

  static async light(options: FireOptions): Promise<Fire> {
    const place = folder();
    const [store, file] = [join(place, 's.db'), join(place, 'executions')];
    const client = await start({ store, serveJobs: false });
    for (const [name, concurrency] of Object.entries(CAPS)) await client.limits.set(name, { concurrency });
    await client.limits.set('rate', { rate: RATE });
    await client.schedules.set('each second', {
      cron: '* * * * * *',
      catchUp: 'all',
      overlap: 'allow',
      job: { queue: 'test:/shell', input: 'true' },
    });
    const hosts = Array.from({ length: HOSTS }, () => startHost(store));
    const fire = new Fire(options, new Random(options.seed), store, file, client, new Watch(store, file), hosts);
    for (const host of await Promise.all(hosts)) fire.#all.push(host.runId);
    return fire;
  }

  async burn(): Promise<void> {
    const until = performance.now() + this.options.faultsMs;
    await Promise.all([this.#submitAll(), this.#killUntil(until), this.#watchUntil(() => performance.now() >= until)]);
    await this.client.schedules.pause('each second');
    const from = performance.now();
    await this.#watchUntil(() => this.watch.left() === 0 || performance.now() - from > this.options.boundMs);
    this.#restMs = performance.now() - from;
  }

  async #submitAll(): Promise<void> {
    const { jobs, faultsMs } = this.options;
    const random = new Random(this.options.seed + 1);
    const everyMs = (faultsMs * 0.8) / Math.ceil(jobs / BATCH);
    for (let from = 0; from < jobs; from += BATCH) {
      const batch = plan(random, this.file, from, Math.min(BATCH, jobs - from));
      await this.#submit(batch);
      // The same once more: each key has its job.
      if (random.chance(0.2)) await this.#submit(batch);
      await sleep(everyMs);
    }
  }

  async #submit(batch: readonly Planned[]): Promise<void> {
    for (const { name, spec } of batch) this.#limits.set(name, spec.limits ?? []);
    const made = await this.client.jobs.submitMany(batch.map(({ spec }) => spec));
    for (const [index, job] of made.entries()) {
      const { name = '', cancelled = false } = batch[index] ?? {};
      this.#told.push({ type: 'submitted', name, id: job.id, existing: job.existing });
      if (job.existing) continue;
      this.#jobs.push(job);
      if (!cancelled) continue;
      const accepted = await job.cancel('by the client');
      this.#told.push({ type: 'cancelled', id: job.id, accepted });
    }
  }

  async #killUntil(until: number): Promise<void> {
    while (performance.now() < until) {
      await sleep(200 + this.random.below(2000));
      const which = this.random.below(HOSTS);
      const host = await this.hosts[which];
      await host?.kill();
      this.#kills += 1;
      const next = startHost(this.store);
      this.hosts[which] = next;
      this.#starts.push(next.then(({ runId }) => void this.#all.push(runId)));
    }
    await Promise.all(this.#starts);
  }

  async #watchUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.watch.sample((name) => this.#limits.get(name) ?? []);
      if (this.watch.samples % 50 === 0) this.watch.look();
      await sleep(50);
    }
  }

  async end(): Promise<{ readonly broken: string[]; readonly figures: object }> {
    const { watch } = this;
    const left = watch.left();
    const late = left > 0 ? [`${left} jobs have not ended ${this.options.boundMs} ms after the last fault`] : [];
    if (left === 0)
      for (const job of this.#jobs) this.#told.push({ type: 'ended', id: job.id, state: (await job.wait()).state });
    const missed = await this.#missedInstants();
    for (const host of this.hosts) await (await host).stop();
    watch.look();
    const lines = linesOf(readFileSync(this.file, 'utf8'));
    const ends = watch.ends();
    const integrity = watch.integrity();
    const broken = [
      ...late,
      ...missed,
      ...watch.found,
      ...brokenWords(this.#told, ends),
      ...brokenEnds(ends),
      ...brokenExecutions(
        lines,
        ends.filter(({ key }) => key?.startsWith('j') === true),
      ),
      ...overCaps(lines, (name) => this.#limits.get(name) ?? []),
      ...overRate(watch.starts('rate'), RATE),
      ...this.#all.flatMap((runId) => remains(runId)).map((pid) => `process ${pid} is left`),
      ...(integrity === 'ok' ? [] : [integrity]),
    ];
    const figures = {
      seed: this.options.seed,
      jobs: ends.length,
      kills: this.#kills,
      executions: lines.filter(({ isBegin }) => isBegin).length,
      attempts: ends.reduce((sum, { attempts }) => sum + attempts, 0),
      executedAgain: ends.filter(({ attempts }) => attempts > 1).length,
      cancelled: ends.filter(({ state }) => state === 'cancelled').length,
      samples: watch.samples,
      most: Object.fromEntries(watch.most),
      restMs: Math.round(this.#restMs),
    };
    watch.close();
    return { broken, figures };
  }

  /** Each instant of the schedule once, none between the first and the last left out without a word. */
  async #missedInstants(): Promise<string[]> {
    const history = await this.client.schedules.history('each second', { limit: 1000 });
    const instants = history.flatMap(({ at, jobId }) => (jobId === null ? [] : [at]));
    return new Set(instants).size === instants.length ? [] : ['an instant of the schedule was made twice'];
  }
}

function startHost(store: string): Promise<JobHost> {
  return JobHost.start(store, { script: 'fire-host.mjs' });
}
