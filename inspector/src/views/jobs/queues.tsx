import type { QueueInfo } from 'espalier/client';
import { isJobState, JOB_CONDITIONS, wordOf } from '../../model/job.js';
import { Actions } from '../../parts/actions.js';
import { duration } from '../../parts/format.js';
import { Mark } from '../../parts/mark.js';
import type { Request } from '../../state/control.js';
import { linkTo } from '../../state/route.js';
import { now } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';

/** Every queue: how much is in it, how long the next job has waited, and who serves it. */
export function Queues() {
  const { queues } = useLive({ type: 'queues' });
  if (queues.length === 0) return null;
  return (
    <section class="queues" aria-label="Queues" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Jobs</th>
            <th scope="col">Next has waited</th>
            <th scope="col">Served by</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <QueueRow key={queue.queue} info={queue} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function QueueRow({ info: { queue, pausedAt, counts, oldestAt, servedBy } }: { readonly info: QueueInfo }) {
  const states = Object.keys(JOB_CONDITIONS).filter(isJobState);
  return (
    <tr>
      <th scope="row">
        <a href={linkTo({ view: 'jobs', find: `queue:${queue}` })}>{queue}</a>
        {pausedAt !== null && <span class="tone-waiting"> paused for {duration(now.value - pausedAt)}</span>}
        <Actions requests={[pausedAt === null ? pauseOf(queue) : resumeOf(queue)]} />
      </th>
      <td>
        {states
          .filter((state) => (counts[state] ?? 0) > 0)
          .map((state) => (
            <a key={state} class="depth" href={linkTo({ view: 'jobs', find: `queue:${queue}`, types: [state] })}>
              <Mark condition={JOB_CONDITIONS[state]} /> {(counts[state] ?? 0).toLocaleString('en')} {wordOf(state)}
            </a>
          ))}
      </td>
      <td>{oldestAt === null ? '' : duration(now.value - oldestAt)}</td>
      <td>
        {servedBy.length === 0 ? (
          <span class="tone-degraded">nobody</span>
        ) : (
          [...new Set(servedBy.map(({ path }) => path))].join(', ')
        )}
      </td>
    </tr>
  );
}

function pauseOf(queue: string): Request {
  return {
    verb: 'Pause',
    title: `Pause queue ${queue}`,
    text: 'Nothing more of it is started, by any host. What runs goes on.',
    control: { type: 'queue.pause', queue },
  };
}

function resumeOf(queue: string): Request {
  return {
    verb: 'Resume',
    title: `Resume queue ${queue}`,
    text: 'Its jobs are started again.',
    control: { type: 'queue.resume', queue },
  };
}
