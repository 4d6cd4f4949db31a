import type { RunId } from '../../ids.js';
import type { ProcessIdentity } from '../../machines/process/process.js';

/** A host as it stands in the store. Times are milliseconds since the epoch. */
export interface HostRecord {
  readonly runId: RunId;
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly forker: { readonly identity: ProcessIdentity; readonly generation: number } | null;
  /** The host's private directory for FIFOs and sockets, where it is asked by other processes too; null when it has none. */
  readonly directory: string | null;
  /** The file whose lock it holds for as long as it lives; null of one that was started by an older Espalier. */
  readonly lock: string | null;
  readonly startedAt: number;
  readonly heartbeatAt: number;
  readonly endedAt: number | null;
  readonly ended: 'stopped' | 'dead' | null;
}

/** A host that begins. */
export interface NewHost extends Pick<HostRecord, 'runId' | 'name' | 'identity'> {
  readonly node: string;
  readonly version: string;
  readonly directory?: string | null;
}

/** The hosts of the store; the run id of each is its fence. */
export interface HostStore {
  /** Adds this host, with its private directory if it has one already, and journals `host.started`. */
  register(host: NewHost): Promise<void>;
  /** Renews the lease; false when this host has been fenced or has ended. */
  heartbeat(runId: RunId): Promise<boolean>;
  /** Written before the forker starts its first program, together with the private directory it works in. */
  setForker(runId: RunId, forker: NonNullable<HostRecord['forker']>, directory: string): Promise<void>;
  /** Ends this host in order; its runs that still say `running` become `interrupted`. Journals `host.ended`. */
  end(runId: RunId): Promise<void>;
  /**
   * Declares a host dead, guarded against a second declaration (false then). In the same transaction its attempts become
   * `lost`, their jobs return to `queued` or fail by their run's `onLost`, and its runs become `interrupted`.
   * Its registrations stay as they are until the janitor has proven the processes gone.
   */
  fence(runId: RunId, by: RunId): Promise<boolean>;
  get(runId: RunId): Promise<HostRecord | null>;
  /** The newest hosts, ended or not, newest first. */
  newest(limit: number): Promise<readonly HostRecord[]>;
  /** Hosts that have not ended, oldest first. */
  unended(): Promise<readonly HostRecord[]>;
}
