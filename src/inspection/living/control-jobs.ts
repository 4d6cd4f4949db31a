import { randomBytes } from 'node:crypto';
import { type ErrorCode, isEspalierError } from '../../errors.js';
import { isJobId, type JobId, newJobId } from '../../machines/ids/job-id.js';
import type { JobStore, ScheduleStore } from '../../persistence/index.js';
import type { Refused } from '../../transport/inspector/inspected-host.js';
import type { Answer, Control, Refusal } from '../../transport/inspector/protocol/wire.js';

export interface JobControlParts {
  readonly jobs: Pick<JobStore, 'cancel' | 'retry' | 'answer' | 'pauseQueue' | 'resumeQueue'>;
  readonly schedules: Pick<ScheduleStore, 'pause' | 'resume'>;
}

export type JobControl = Extract<Control, { type: `job.${string}` | `queue.${string}` | `schedule.${string}` }>;
type Done = Extract<Answer, { type: 'done' }>;

/** Does what a client asks for of jobs, queues and schedules, and says what the store says to it. */
export async function controlJobs(parts: JobControlParts, control: JobControl): Promise<Done | Refused> {
  try {
    const said = await act(parts, control);
    return typeof said === 'string' ? { type: 'done', what: said } : said;
  } catch (error) {
    if (!isEspalierError(error)) throw error;
    return { refused: REFUSALS[error.code] ?? 'failed', message: error.message };
  }
}

const REFUSALS: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  ESP_NOT_FOUND: 'not_found',
  ESP_INVALID: 'invalid',
  ESP_PAYLOAD: 'invalid',
  ESP_CONFLICT: 'unavailable',
  ESP_KEY_CONFLICT: 'unavailable',
  ESP_ANSWERED: 'unavailable',
  ESP_BUDGET: 'unavailable',
};

async function act({ jobs, schedules }: JobControlParts, control: JobControl): Promise<string | Refused> {
  switch (control.type) {
    case 'job.cancel':
      return await withJob(control.job, async (job) => {
        const became = await jobs.cancel(job, control.reason ?? 'the inspector');
        return became === 'over' ? refused(`job ${job} has ended already`) : CANCELLED[became](job);
      });
    case 'job.retry':
      return await withJob(control.job, async (job) => {
        const { jobId, existing } = await jobs.retry(job, newJobId(Date.now(), randomBytes(8).toString('hex')));
        return existing ? refused(`job ${jobId} has its key by now`) : `job ${job} was submitted anew as ${jobId}`;
      });
    case 'job.answer':
      return await withJob(control.job, async (job) => {
        await jobs.answer(job, control.question, control.value);
        return `question ${control.question} of job ${job} is answered`;
      });
    case 'queue.pause':
      if (await jobs.pauseQueue(control.queue)) return `queue ${control.queue} is paused`;
      return refused(`queue ${control.queue} is paused already`);
    case 'queue.resume':
      if (await jobs.resumeQueue(control.queue)) return `queue ${control.queue} goes on`;
      return refused(`queue ${control.queue} is not paused`);
    case 'schedule.pause':
      if (await schedules.pause(control.name)) return `schedule ${control.name} is paused`;
      return refused(`schedule ${control.name} is not active`);
    case 'schedule.resume':
      if (await schedules.resume(control.name, Date.now())) return `schedule ${control.name} goes on`;
      return refused(`schedule ${control.name} is not paused`);
    default:
      return control satisfies never;
  }
}

const CANCELLED = {
  ended: (job: JobId) => `job ${job} is cancelled`,
  wanted: (job: JobId) => `what runs of job ${job} is being ended`,
};

async function withJob(job: string, change: (job: JobId) => Promise<string | Refused>): Promise<string | Refused> {
  return isJobId(job) ? await change(job) : { refused: 'not_found', message: `there is no job ${job}` };
}

function refused(message: string): Refused {
  return { refused: 'unavailable', message };
}
