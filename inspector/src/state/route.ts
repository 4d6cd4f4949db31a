import { type Condition, isCondition } from '../model/condition.js';

export const VIEWS = ['tree', 'timeline', 'runs', 'processes', 'jobs', 'schedules'] as const;
export type View = (typeof VIEWS)[number];

/** Everything that a link carries: it is the state of the page, so that a link shows what its sender saw. */
export interface Route {
  readonly view: View;
  /**
   * What is open: the path of an actor, the id of a run, a process or a job, the number of an event, the
   * name of a schedule; null for nothing.
   */
  readonly at: string | null;
  /** The words of the search. */
  readonly find: string;
  /** Conditions that are shown; empty for all. */
  readonly show: readonly Condition[];
  /** Nouns of event types, or states of jobs, that are shown; empty for all. */
  readonly types: readonly string[];
  /** Of the timeline: this actor and those below it; empty for all. Of jobs: the job before which a page begins. */
  readonly path: string;
}

export const HOME: Route = { view: 'tree', at: null, find: '', show: [], types: [], path: '' };

/** Reads a link, as lenient as a person who types one: what it does not know is left out. */
export function parseRoute(hash: string): Route {
  const [name = '', ...query] = hash.replace(/^#\/?/, '').split('?');
  const view = VIEWS.find((known) => known === name) ?? 'tree';
  const params = new URLSearchParams(query.join('?'));
  const words = (key: string) => (params.get(key) ?? '').split(',').filter((word) => word !== '');
  return {
    view,
    at: params.get('at') || null,
    find: params.get('find') ?? '',
    show: words('show').filter(isCondition),
    types: words('types'),
    path: params.get('path') ?? '',
  };
}

/** @example formatRoute({ ...HOME, at: '/embed/workers/3' }) === '#/tree?at=/embed/workers/3' */
export function formatRoute({ view, at, find, show, types, path }: Route): string {
  const parts = { at: at ?? '', path, find, show: show.join(','), types: types.join(',') };
  const filled = Object.entries(parts).filter(([, value]) => value !== '');
  const query = filled.map(([name, value]) => `${name}=${legible(value)}`).join('&');
  return `#/${view}${query === '' ? '' : `?${query}`}`;
}

/** The link to a place that keeps nothing of the present one. */
export function linkTo(change: Partial<Route>): string {
  return formatRoute({ ...HOME, ...change });
}

/** Encoded as little as a link needs: people read them. */
function legible(value: string): string {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
}
