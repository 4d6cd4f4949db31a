import { setImmediate as turn } from 'node:timers/promises';
import { childPath } from '../../actors/tree/child.js';
import type { Directory } from '../../actors/tree/directory.js';
import { createRedactor, type RedactOptions } from '../../redact/redactor.js';
import type { Answerer, AnswerOf, LivingActor } from '../../transport/ask/question.js';
import type { ReadModel } from '../../transport/inspector/model/read-model.js';
import { Viewer } from '../../transport/inspector/shown/viewed.js';
import { childIds } from '../living/live-actors.js';
import { ownSecrets } from './secrets.js';
import { inStartOrder } from './start-order.js';

/** What a living host answers from. */
export interface AnswerParts {
  readonly directory: Directory;
  readonly model: ReadModel;
  /** What is secret beside the usual. */
  readonly redact: RedactOptions | undefined;
}

/** More are left out: an answer is one line, and is written in one piece. */
const MOST_ACTORS = 20_000;

/** After so many actors everything else of the host has its turn. */
const SLICE = 500;

/** What a living host tells other processes of its user. */
export function answersOf({ directory, model, redact }: AnswerParts): Answerer {
  const viewer = new Viewer(model, createRedactor(redact, process.env));
  return { tree: () => treeOf(directory, viewer), secrets: () => ownSecrets(redact, process.env) };
}

async function treeOf(directory: Directory, viewer: Viewer): Promise<AnswerOf<'tree'>> {
  const cells = [...directory.cells()];
  const children = new Map(cells.slice(0, MOST_ACTORS).map((cell) => [cell.path, childIds(cell)]));
  const actors: LivingActor[] = [];
  for (const [at, { path, startedAt }] of cells.slice(0, MOST_ACTORS).entries()) {
    if (at % SLICE === SLICE - 1) await turn();
    const actor = actorOf(viewer, path, startedAt);
    if (actor) actors.push(actor);
  }
  const all = [...actors, ...stopped(viewer, children)].slice(0, MOST_ACTORS);
  const leftOut = Math.max(0, cells.length - MOST_ACTORS);
  return { actors: inStartOrder(all, (path) => children.get(path) ?? []), leftOut };
}

function actorOf(viewer: Viewer, at: string, startedAt: number): LivingActor | null {
  const summary = viewer.summary(at);
  if (!summary) return null;
  const { path, role, status, health, state, incarnation, problem, restarts } = summary;
  const life = { restarts: restarts.total, startedAt: status === 'living' ? startedAt : null };
  return { path, role, status, health, state, incarnation, problem, ...life };
}

/** Children that have ended and that their supervisor still knows: somebody may miss them. */
function* stopped(viewer: Viewer, children: ReadonlyMap<string, readonly string[]>): Iterable<LivingActor> {
  for (const [above, ids] of children) {
    for (const id of ids) {
      const path = childPath(above, id);
      const actor = children.has(path) ? null : actorOf(viewer, path, 0);
      if (actor) yield actor;
    }
  }
}
