import { jobPage } from '../feeds/jobs.js';
import type { InspectedHost, Refused } from '../inspected-host.js';
import { LIMITS } from '../limits.js';
import type { Answer, Ask, Control } from '../protocol/wire.js';
import type { Viewer } from '../shown/viewed.js';

type Answered = Answer | Refused;

/** Answers what clients ask; the one place that decides whether they may change anything. */
export class Answers {
  constructor(
    readonly host: InspectedHost,
    readonly viewer: Viewer,
    readonly isControlled: boolean,
  ) {}

  async ask(ask: Ask): Promise<Answered> {
    const { host, viewer } = this;
    switch (ask.type) {
      case 'actor': {
        const actor = viewer.detail(ask.path);
        return actor ? { type: 'actor', actor } : notFound(`there is no actor at ${ask.path}`);
      }
      case 'logs':
        return this.#logs(ask.path);
      case 'output': {
        const output = await host.output(ask.run, ask.index);
        if (!output) return notFound(`slot ${ask.run}:${ask.index} has written nothing`);
        return { type: 'output', attempt: output.attempt, ...viewer.text(output) };
      }
      case 'rows': {
        const rows = await host.rows(ask.run, ask.from, ask.limit);
        return { type: 'rows', rows: rows.map((row) => viewer.row(row)) };
      }
      case 'why': {
        const findings = await host.why(ask.target);
        if ('refused' in findings) return findings;
        return { type: 'why', findings: findings.slice(0, LIMITS.findings).map((one) => viewer.finding(one)) };
      }
      case 'jobs': {
        const { type: _, limit, before, ...filter } = ask;
        return { type: 'jobs', ...(await jobPage(this, filter, limit, before)) };
      }
      case 'job': {
        const story = await host.jobs.story(ask.job);
        return story ? { type: 'job', job: viewer.jobs.detail(story) } : noJob(ask.job);
      }
      case 'family': {
        const family = await host.jobs.family(ask.job);
        return family ? { type: 'family', members: [...family.members], more: family.more } : noJob(ask.job);
      }
      case 'job.waits': {
        const waits = await host.jobs.waits(ask.job);
        return waits ? { type: 'job.waits', waits: waits.map((wait) => viewer.jobs.wait(wait)) } : noJob(ask.job);
      }
      case 'job.output': {
        const output = await host.jobs.output(ask.job, ask.attempt);
        if (!output) return notFound(`job ${ask.job} has written nothing`);
        return { type: 'job.output', attempt: output.attempt, ...viewer.text(output) };
      }
      case 'occurrences': {
        const found = await host.jobs.occurrences(ask.name, ask.limit, ask.before);
        return { type: 'occurrences', occurrences: found.map((one) => viewer.jobs.occurrence(one)) };
      }
      default:
        return ask satisfies never;
    }
  }

  async control(control: Control): Promise<Answered> {
    if (!this.isControlled) {
      return { refused: 'read_only', message: 'this inspector only shows: it was started without control' };
    }
    return await this.host.control(control);
  }

  /** Of a living process what it has written, and so of any that a store knows; of another what is kept of its end. */
  async #logs(path: string): Promise<Answered> {
    const facts = this.host.model.actor(path)?.get();
    if (!facts) return notFound(`there is no actor at ${path}`);
    // A starter and a service write nothing themselves: their worker does, life after life.
    const writer = this.host.model.actor(`${path}/worker`)?.get() ?? facts;
    const isStored = this.host.actors === null;
    const text = isStored || facts.status === 'living' ? await this.host.logs(path) : null;
    if (text) {
      const { incarnation, status } = writer;
      return { type: 'logs', incarnation, living: status === 'living', ...this.viewer.text(text) };
    }
    const last = writer.exits.findLast(({ output }) => output !== null);
    if (!last?.output) return notFound(`nothing is kept of what ${path} has written`);
    const kept = this.viewer.text({ ...last.output, truncated: true });
    return { type: 'logs', incarnation: last.incarnation, living: false, ...kept };
  }
}

function noJob(job: string): Refused {
  return notFound(`there is no job ${job}`);
}

function notFound(message: string): Refused {
  return { refused: 'not_found', message };
}
