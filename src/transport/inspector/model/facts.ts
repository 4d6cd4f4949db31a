import type { ActorExitInfo, ActorRoleName, Restart } from '../protocol/wire.js';

/** What is known of one actor, over all its incarnations. */
export interface ActorFacts {
  readonly path: string;
  readonly role: ActorRoleName;
  readonly incarnation: number;
  readonly status: 'living' | 'dead';
  readonly state: string;
  readonly since: number;
  readonly pid: number | null;
  readonly problem: string | null;
  readonly restarts: number;
  /** The newest, the latest last. */
  readonly history: readonly Restart[];
  readonly exits: readonly ActorExitInfo[];
}

/** Something that was learned of an actor: seen in it, or read in the journal. */
export type ActorFact =
  | {
      readonly type: 'seen';
      readonly at: number;
      readonly incarnation: number;
      readonly role: ActorRoleName;
      readonly state: string;
      readonly restarts: boolean;
    }
  | {
      readonly type: 'exited';
      readonly role: ActorRoleName;
      readonly at: number;
      readonly incarnation: number;
      readonly restarts: boolean;
      readonly kind: ActorExitInfo['kind'];
      readonly reason: string | null;
    }
  | { readonly type: 'restarted'; readonly at: number; readonly incarnation: number; readonly reason: string }
  | { readonly type: 'crashed'; readonly at: number; readonly incarnation: number; readonly reason: string }
  | { readonly type: 'spawned'; readonly incarnation: number; readonly pid: number }
  | {
      readonly type: 'process';
      readonly at: number;
      readonly incarnation: number;
      readonly pid: number | null;
      readonly code: number | null;
      readonly signal: string | null;
      readonly reason?: string | null;
      readonly output?: { readonly stdout: string; readonly stderr: string };
    }
  | { readonly type: 'troubled'; readonly problem: string | null }
  /** Its host is gone. */
  | { readonly type: 'lost' };

const KEPT_RESTARTS = 20;
const KEPT_EXITS = 10;

/** An actor of which nothing is known yet. */
export function unknownActor(path: string): ActorFacts {
  return {
    path,
    role: 'machine',
    incarnation: 0,
    status: 'dead',
    state: 'unknown',
    since: 0,
    pid: null,
    problem: null,
    restarts: 0,
    history: [],
    exits: [],
  };
}

/** What is known after a fact. Facts of the journal come late: they belong to the incarnation that they name. */
export function learn(facts: ActorFacts, fact: ActorFact): ActorFacts {
  switch (fact.type) {
    case 'seen':
      return seen(facts, fact);
    case 'exited': {
      const { at, role, incarnation, kind, reason } = fact;
      const known = withExit(facts, incarnation, { at, kind, ...(reason !== null && { reason }) });
      if (incarnation < facts.incarnation) return known;
      return {
        ...known,
        restarts: restartsOf(facts, known, fact),
        role,
        incarnation,
        status: 'dead',
        state: 'exited',
        since: at,
        pid: null,
        problem: problemOf(kind, reason),
      };
    }
    case 'restarted':
      return restarted(facts, fact);
    case 'crashed':
      return withExit(facts, fact.incarnation, { at: fact.at, kind: 'crash', reason: fact.reason });
    case 'spawned':
      return fact.incarnation < facts.incarnation || facts.status === 'dead' ? facts : { ...facts, pid: fact.pid };
    case 'process': {
      const { at, incarnation, pid, code, signal, reason, output } = fact;
      const known = withExit(facts, incarnation, {
        at,
        pid,
        code,
        signal,
        ...(reason && { reason }),
        ...(output && { output }),
      });
      return known.pid === pid ? { ...known, pid: null } : known;
    }
    case 'troubled':
      return { ...facts, problem: fact.problem };
    case 'lost':
      return { ...facts, status: 'dead', pid: null };
    default:
      return fact satisfies never;
  }
}

function seen(facts: ActorFacts, fact: Extract<ActorFact, { type: 'seen' }>): ActorFacts {
  const { at, incarnation, role, state, restarts } = fact;
  if (incarnation < facts.incarnation) return facts;
  const isNew = incarnation > facts.incarnation;
  const known = isNew && restarts ? restarted(facts, { incarnation, at, reason: lastReason(facts) }) : facts;
  const pid = isNew ? null : facts.pid;
  return {
    ...known,
    restarts: restartsOf(facts, known, fact),
    incarnation,
    role,
    state,
    since: at,
    status: 'living',
    pid,
    problem: isNew ? null : facts.problem,
  };
}

/** Of an actor that is first seen in a later life, as in a store, the earlier ones are counted too. */
function restartsOf(
  before: ActorFacts,
  known: ActorFacts,
  { incarnation, restarts }: { readonly incarnation: number; readonly restarts: boolean },
): number {
  return before.incarnation === 0 && restarts ? incarnation - 1 : known.restarts;
}

function lastReason({ exits }: ActorFacts): string {
  const last = exits.at(-1);
  if (!last) return 'started again';
  if (last.reason) return last.reason;
  if (last.signal) return `killed by ${last.signal}`;
  return last.code === null ? last.kind : `exit code ${last.code}`;
}

/** A restart is told by what is seen and by the journal: the same one, whose reason the journal knows better. */
function restarted(facts: ActorFacts, restart: Restart): ActorFacts {
  const { incarnation, at, reason } = restart;
  const known = facts.history.find((one) => one.incarnation === incarnation);
  if (!known) {
    const history = [...facts.history, { incarnation, at, reason }].sort((a, b) => a.incarnation - b.incarnation);
    return { ...facts, restarts: facts.restarts + 1, history: history.slice(-KEPT_RESTARTS) };
  }
  return { ...facts, history: facts.history.map((one) => (one === known ? { ...known, reason } : one)) };
}

const UNKNOWN_EXIT = { kind: 'normal', reason: null, code: null, signal: null, pid: null, output: null } as const;

function withExit(facts: ActorFacts, incarnation: number, change: Partial<ActorExitInfo>): ActorFacts {
  const known = facts.exits.find((exit) => exit.incarnation === incarnation);
  if (known) {
    const exits = facts.exits.map((exit) => (exit === known ? { ...known, ...change, at: known.at } : exit));
    return { ...facts, exits };
  }
  const exit = { ...UNKNOWN_EXIT, at: 0, ...change, incarnation };
  const exits = [...facts.exits, exit].sort((a, b) => a.incarnation - b.incarnation);
  return { ...facts, exits: exits.slice(-KEPT_EXITS) };
}

function problemOf(kind: ActorExitInfo['kind'], reason: string | null): string | null {
  if (kind === 'crash') return reason ?? 'crashed';
  return kind === 'killed' ? 'killed' : null;
}
