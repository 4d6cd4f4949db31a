import { describe, expect, it } from 'vitest';
import { LIVENESS_DEFAULTS, type Liveness, look, newLiveness } from '../../../src/machines/worker/liveness.js';

const policy = { heartbeatMs: 5000, silenceMs: 60_000 };

/** A worker that is looked at every five seconds; each look changes what it did since. */
class Watched {
  state: Liveness = newLiveness(0);
  now = 0;
  heardAt = 0;
  cpu: number | null = 1000;
  asked = 0;

  look(change: { elapsed?: number; heard?: boolean; cpu?: number | null } = {}): string {
    this.now += change.elapsed ?? policy.heartbeatMs;
    if (change.heard) this.heardAt = this.now - 1;
    if (change.cpu === null) this.cpu = null;
    else if (this.cpu !== null) this.cpu += change.cpu ?? 0;
    const cpuMs = () => {
      this.asked += 1;
      return this.cpu;
    };
    const step = look(policy, this.state, { now: this.now, heardAt: this.heardAt, cpuMs });
    this.state = step.state;
    return step.verdict;
  }

  /** The verdicts of so many looks without a sign of life. */
  still(looks: number, change: Parameters<Watched['look']>[0] = {}): string[] {
    return Array.from({ length: looks }, () => this.look(change));
  }
}

describe('a worker that is looked at', () => {
  it('costs nothing while it answers: its CPU is not read', () => {
    const worker = new Watched();
    for (let n = 0; n < 100; n += 1) expect(worker.look({ heard: true })).toBe('alive');
    expect(worker.asked).toBe(0);
  });

  it('is not given up for missed heartbeats alone: one that works is silent for as long as it likes', () => {
    expect(new Set(new Watched().still(1000, { cpu: 10 }))).toEqual(new Set(['silent']));
  });

  it('is asked for its stacks after a minute of silence without work, and dead at the next look', () => {
    const verdicts = new Watched().still(14);
    expect(verdicts.slice(0, 12)).toEqual(Array(12).fill('silent'));
    expect(verdicts.slice(12)).toEqual(['ask', 'dead']);
  });

  it('has a minute more after any work, and after any word', () => {
    const worker = new Watched();
    worker.still(12);
    expect(worker.look({ cpu: 10 })).toBe('silent');
    expect(worker.still(11)).not.toContain('ask');
    expect(worker.look({ heard: true })).toBe('alive');
    expect(worker.still(12)).not.toContain('ask');
  });

  it('is spared when it answers, or works, after it was asked', () => {
    const answers = new Watched();
    answers.still(13);
    expect(answers.look({ heard: true })).toBe('alive');
    const works = new Watched();
    works.still(13);
    expect(works.look({ cpu: 2000 })).toBe('silent');
    expect(works.still(11)).not.toContain('dead');
  });

  it('does not save itself by what the dump costs', () => {
    const worker = new Watched();
    worker.still(13);
    expect(worker.look({ cpu: 100 })).toBe('dead');
  });

  it('is not blamed for time in which the host stood still', () => {
    const worker = new Watched();
    worker.still(2);
    expect(worker.still(100, { elapsed: 60_000 })).not.toContain('ask');
    expect(worker.look({ elapsed: 3_600_000 })).toBe('silent');
  });

  it('is not killed by a look that came late after it was asked', () => {
    const worker = new Watched();
    worker.still(13);
    expect(worker.look({ elapsed: 60_000 })).toBe('silent');
    expect(worker.look()).toBe('dead');
  });

  it('is not given up when its work cannot be seen', () => {
    expect(new Set(new Watched().still(100, { cpu: null }))).toEqual(new Set(['silent']));
  });

  it('begins anew when its work was not to be seen in between', () => {
    const worker = new Watched();
    worker.still(12);
    const known = worker.cpu;
    expect(worker.look({ cpu: null })).toBe('silent');
    worker.cpu = known;
    expect(worker.still(13).indexOf('ask')).toBe(12);
  });

  it('may use a quarter of a second for its dump, and no more', () => {
    const [stuck, works] = [new Watched(), new Watched()];
    for (const worker of [stuck, works]) worker.still(13);
    expect([stuck.look({ cpu: 250 }), works.look({ cpu: 251 })]).toEqual(['dead', 'silent']);
  });

  it('is judged by looks up to twice as far apart as they should be, and by none at the same moment', () => {
    expect(new Watched().still(7, { elapsed: 10_000 })).toContain('ask');
    expect(new Watched().still(9, { elapsed: 10_001 })).not.toContain('ask');
    const worker = new Watched();
    worker.still(13);
    expect(worker.look({ elapsed: 0 })).toBe('dead');
  });

  it('is not given up by a clock that ran backwards just after it was asked', () => {
    const worker = new Watched();
    worker.still(13);
    expect(worker.look({ elapsed: -1 })).toBe('silent');
    expect(worker.look()).toBe('dead');
  });

  it('has a minute, unless told otherwise', () => {
    expect(LIVENESS_DEFAULTS).toEqual(policy);
  });

  it('survives a clock that runs backwards', () => {
    const worker = new Watched();
    worker.still(5);
    expect(worker.look({ elapsed: -1_000_000 })).toBe('silent');
    expect(worker.still(7)).not.toContain('dead');
  });
});
