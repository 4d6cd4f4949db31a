import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { flaws } from '../../../sim/flaws.js';
import { Look } from '../../../sim/seen.js';
import { carriers } from '../../../transport/process/doomed-host.js';
import { text } from '../../../transport/process/support.js';
import { brokenExecutions, linesOf, type StoredEnd } from '../fire/verdict.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

/** A commit at which a host is killed, counted from its start on. */
export interface Kill {
  readonly when: 'before' | 'after';
  readonly commit: number;
}

/** Plays the script of `commit-host.mjs` on a store of its own, as often as it takes. */
export class Script {
  readonly #folder: string;
  readonly #at = Date.now();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get store(): string {
    return join(this.#folder, 's.db');
  }

  /** What it tells at last; null when it was killed. */
  async play(kill: Kill | null): Promise<unknown> {
    const words = ['--import', fixture('commit-hook.mjs'), fixture('commit-host.mjs'), this.store];
    const child = spawn(process.execPath, [...words, this.#folder, `${this.#at}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...(kill === null ? {} : { ESPALIER_TEST_KILL: `${kill.when} ${kill.commit}` }),
        ESPALIER_TEST_COMMITS: join(this.#folder, 'commits'),
      },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return signal === 'SIGKILL' ? null : JSON.parse(said);
  }

  /** Commits of all that was played. */
  commits(): number {
    return readFileSync(join(this.#folder, 'commits'), 'utf8').length;
  }

  /** What is broken in the store and beside it. */
  broken(): string[] {
    const db = new Database(this.store, { readonly: true });
    try {
      const integrity = String(db.pragma('integrity_check', { simple: true }));
      const ends = db.prepare(ENDS).all() as StoredEnd[];
      const hosts = db.prepare('SELECT run_id FROM hosts').pluck().all() as string[];
      const file = join(this.#folder, 'executions');
      const lines = existsSync(file) ? linesOf(readFileSync(file, 'utf8')) : [];
      return [
        ...(integrity === 'ok' ? [] : [integrity]),
        ...flaws(new Look(db).all()),
        ...brokenExecutions(lines, ends),
        ...ends.filter(({ succeeded }) => succeeded > 1).map(({ key }) => `${key} succeeded more than once`),
        ...hosts.flatMap((runId) => [...carriers(runId)]).map((pid) => `process ${pid} is left`),
      ];
    } finally {
      db.close();
    }
  }
}

/** By what their executions leave. */
const ENDS = `SELECT j.id, iif(d.key LIKE 'once@%', 'scheduled', replace(d.key, ' ', '-')) AS key, j.state, count(a.id) AS attempts,
    coalesce(sum(a.state = 'succeeded'), 0) AS succeeded
  FROM jobs j JOIN job_details d ON d.job = j.job LEFT JOIN attempts a ON a.job = j.job GROUP BY j.job`;
