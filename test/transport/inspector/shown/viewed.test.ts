import { createAtom } from '@xstate/store';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ReadModel } from '../../../../src/transport/inspector/model/read-model.js';
import { actorDetail } from '../../../../src/transport/inspector/protocol/actor.js';
import { jobDetail, jobInfo, queueInfo } from '../../../../src/transport/inspector/protocol/job.js';
import { processInfo } from '../../../../src/transport/inspector/protocol/process.js';
import { findingInfo } from '../../../../src/transport/inspector/protocol/request.js';
import { rowInfo, runInfo } from '../../../../src/transport/inspector/protocol/run.js';
import { scheduleInfo } from '../../../../src/transport/inspector/protocol/schedule.js';
import type { LiveActor } from '../../../../src/transport/inspector/seen/actors.js';
import type { Redactor } from '../../../../src/transport/inspector/shown/redactor.js';
import { Viewer } from '../../../../src/transport/inspector/shown/viewed.js';
import { JOB_POLICY } from '../../../persistence/families/jobs/world.js';

/** What every text of a model says here, and what the redactor makes of it. */
const [SAID, MASKED] = ['said', 'masked'];
const redactor: Redactor = { value: () => MASKED, text: () => MASKED, words: (words) => words.map(() => MASKED) };

/** The schema of a value, as JSON has it. */
const form = z.object({
  // `[string, null]` of what may be null.
  type: z.preprocess((type) => [type].flat()[0], z.string().optional()),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  propertyNames: z.object({ enum: z.array(z.string()).default(['name']) }).optional(),
  additionalProperties: z.unknown().optional(),
});

/** A value of a schema whose texts all say `SAID`; each object has a field more than its schema knows. */
function made(schema: unknown): unknown {
  const { type, anyOf, items, properties = {}, propertyNames, additionalProperties, ...rest } = form.parse(schema);
  if (rest.const !== undefined) return rest.const;
  if (rest.enum !== undefined) return rest.enum[0];
  if (anyOf !== undefined) return made(anyOf[0]);
  if (type === 'null') return null;
  if (type === 'array') return [made(items)];
  if (type === 'number' || type === 'integer') return 1;
  if (type === 'boolean') return true;
  if (type !== 'object') return SAID;
  if (propertyNames) return Object.fromEntries(propertyNames.enum.map((name) => [name, made(additionalProperties)]));
  const fields = Object.entries(properties).map(([name, of]) => [name, made(of)]);
  return { ...Object.fromEntries(fields), unheardOf: SAID };
}

function filled<T>(schema: z.ZodType<T>): T {
  const value = made(z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'any' }));
  fits(schema, value);
  return value;
}

function fits<T>(schema: z.ZodType<T>, value: unknown): asserts value is T {
  schema.parse(value);
}

/** Where in a value that goes out a text still says what it said. */
function shown(value: unknown, at = ''): string[] {
  if (value === SAID) return [at];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => shown(one, Array.isArray(value) ? at : `${at}.${key}`));
}

const detail = filled(actorDetail.extend({ definition: z.null() }));

class FilledModel extends ReadModel {
  override summary = () => detail;
  override actor = () => createAtom({ ...detail, restarts: 1 });
  override live = (): LiveActor => ({
    ...detail,
    state: () => SAID,
    budget: () => null,
    isDynamic: () => false,
    inside: () => ({ ...detail, machine: null }),
    watch: () => () => undefined,
    observe: () => () => undefined,
  });
}

const viewer = new Viewer(new FilledModel(null), redactor);

// Who adds a field of text decides here that it is a name which we give ourselves, or it is masked.
describe('of what the inspector shows nothing is as a program or a user has said it but names', () => {
  it('of an actor in one line', () => {
    expect(shown(viewer.summary('/a'))).toEqual(['.path', '.state']);
  });

  it('of an actor in full', () => {
    expect(shown(viewer.detail('/a'))).toEqual(['.path', '.state', '.active', '.exits.signal', '.spec.shutdown']);
  });

  it('of a process', () => {
    expect(shown(viewer.process(filled(processInfo)))).toEqual(['.id', '.path', '.job', '.exit.signal']);
  });

  it('of a run', () => {
    expect(shown(viewer.run(filled(runInfo)))).toEqual(['.run', '.pool', '.method', '.owner']);
  });

  it('of a row', () => {
    const error = { code: SAID, message: SAID };
    expect(shown(viewer.row({ ...filled(rowInfo), input: SAID, result: SAID, error }))).toEqual([]);
  });

  const error = { code: SAID, message: SAID };
  const job = { ...filled(jobInfo), jobId: SAID, error, meta: SAID };

  it('of a queue', () => {
    const servedBy = [{ runId: SAID, path: SAID, methods: [SAID] }];
    const queue = viewer.jobs.queue({ ...filled(queueInfo), servedBy });
    expect(shown(queue)).toEqual(['.queue', '.servedBy.host', '.servedBy.path', '.servedBy.methods']);
  });

  it('of a job in a list', () => {
    const names = ['.queue', '.method', '.version', '.parent', '.retryOf', '.job', '.parked.for', '.asks'];
    expect(shown(viewer.jobs.job(job))).toEqual(names);
  });

  it('of a job in full', () => {
    const detail = filled(jobDetail);
    const [asked] = detail.questions;
    const [attempt] = detail.attempts;
    const relative = { jobId: SAID, state: 'queued' } as const;
    if (!asked || !attempt) throw new Error('a list of the schema is empty');
    const story = viewer.jobs.detail({
      ...detail,
      ...job,
      input: SAID,
      result: SAID,
      checkpoint: SAID,
      policy: { attempts: 1, timeoutMs: null },
      after: [relative],
      awaits: [],
      children: [],
      questions: [{ ...asked, question: SAID, answer: SAID }],
      executions: [{ ...attempt, owner: SAID, error, stderr: SAID, truncated: false, heldOpen: false }],
    });
    const { info: _, ...rest } = story;
    const names = [
      '.limits',
      '.budgets.unit',
      '.after.job',
      '.questions.id',
      '.attempts.host',
      '.attempts.exit.signal',
    ];
    expect(shown(rest)).toEqual(names);
  });

  it('of a schedule', () => {
    const last = filled(scheduleInfo).last;
    const spec = {
      timing: { kind: 'cron', cron: SAID, timezone: SAID },
      catchUp: 'none',
      overlap: 'skip',
      ...{ from: null, until: null, jitterMs: 0 },
      job: {
        ...{ queue: SAID, method: SAID, version: null, input: SAID, priority: 0, limits: [], budget: {} },
        ...{ policy: JOB_POLICY, deadlineMs: null, meta: null },
      },
    } as const;
    const seen = { ...filled(scheduleInfo), spec, last: last && { ...last, jobId: SAID } };
    const detail = viewer.jobs.scheduleDetail(seen, []);
    expect(shown(detail)).toEqual(
      ['.name', '.cron', '.timezone', '.queue', '.method', '.last.job'].map((name) => `.info${name}`),
    );
  });

  it('of a finding', () => {
    expect(shown(viewer.finding({ ...filled(findingInfo), sentences: [SAID] }))).toEqual(['.about', '.advice']);
  });
});
