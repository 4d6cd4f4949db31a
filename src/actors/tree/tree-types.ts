import type { AnyActorLogic } from 'xstate';
import type { UntypedLogic } from '../handles/actor-handle.js';
import type { UntypedMethods } from '../handles/method-types.js';
import type { ChildSpec } from './child-spec.js';

/** Carries a type along with a value; nothing stands there at run time. */
declare const shape: unique symbol;
export interface Shaped<T> {
  readonly [shape]?: T;
}

/** A child specification of which it is known what it becomes, and under which id. */
type SpecOf<Id extends string, Kind> = ChildSpec & { readonly id: Id } & Shaped<Kind>;

interface PoolKind<M extends object> {
  readonly kind: 'pool';
  readonly methods: M;
}
interface ExecPoolKind {
  readonly kind: 'execPool';
}
interface ActorKind<L extends AnyActorLogic> {
  readonly kind: 'actor';
  readonly logic: L;
}
interface DynamicKind {
  readonly kind: 'dynamic';
}
interface SupervisorKind<C extends readonly ChildSpec[]> {
  readonly kind: 'supervisor';
  readonly children: C;
}

export type PoolSpec<M extends object = UntypedMethods, Id extends string = string> = SpecOf<Id, PoolKind<M>>;
export type ExecPoolSpec<Id extends string = string> = SpecOf<Id, ExecPoolKind>;
export type MachineSpec<L extends AnyActorLogic = UntypedLogic, Id extends string = string> = SpecOf<Id, ActorKind<L>>;
export type SupervisorSpec<Id extends string = string, C extends readonly ChildSpec[] = readonly ChildSpec[]> = SpecOf<
  Id,
  SupervisorKind<C>
>;

export type DynamicSupervisorSpec<Id extends string = string> = SpecOf<Id, DynamicKind>;

/** Any other child: a service, or what `spec` makes. */
export type OtherSpec<Id extends string = string> = SpecOf<Id, unknown>;

/** A place in a tree: a path, and what lives there. A tree is a union of them. */
export interface Place {
  readonly path: string;
  readonly is: unknown;
}

/** The places of a list of children, and of those below them. */
export type PlacesOf<C extends readonly ChildSpec[], Above extends string = ''> = PlaceOf<C[number], Above>;

// A child whose id is not known has no path that could be.
type PlaceOf<S, Above extends string> = S extends ChildSpec & { readonly id: infer Id extends string }
  ? string extends Id
    ? never
    : { readonly path: `${Above}/${Id}`; readonly is: KindOf<S> } | PlacesBelow<KindOf<S>, `${Above}/${Id}`>
  : never;

type KindOf<S> = S extends Shaped<infer Kind> ? Kind : unknown;

/** What comes and goes below a path is not known beforehand. */
interface OpenKind {
  readonly kind: 'open';
}

type PlacesBelow<Kind, Above extends string> =
  Kind extends SupervisorKind<infer C>
    ? PlacesOf<C, Above>
    : Kind extends DynamicKind | ExecPoolKind | PoolKind<object>
      ? { readonly path: `${Above}/${string}`; readonly is: OpenKind }
      : never;

/** `/embed` may be written `embed`. */
type Spelled<P extends string> = P | (P extends `/${infer Rest}` ? Rest : never);
type Absolute<P extends string> = P extends `/${string}` ? P : `/${P}`;

/** Any path, where nothing is known of the tree; otherwise those of which nothing can be known. */
export type FreePath<T extends Place> = string extends T['path']
  ? string
  : Spelled<Extract<T, { readonly is: OpenKind }>['path']>;

/** The paths at which something of one kind lives. */
export type PathTo<T extends Place, Kind extends string> = T extends { readonly is: { readonly kind: Kind } }
  ? Spelled<T['path']>
  : never;

/** Every path of a tree. */
export type AnyPath<T extends Place> = Spelled<T['path']>;

type KindAt<T extends Place, P extends string> = T extends Place
  ? Absolute<P> extends T['path']
    ? T['is']
    : never
  : never;

/** The methods of the pool at a path. */
export type MethodsAt<T extends Place, P extends string> = [KindAt<T, P>] extends [PoolKind<infer M>]
  ? M
  : UntypedMethods;

/** The logic of the machine at a path. */
export type LogicAt<T extends Place, P extends string> = [KindAt<T, P>] extends [ActorKind<infer L>] ? L : UntypedLogic;
