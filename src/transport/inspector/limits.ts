/** What bounds an inspector and its clients. Times are milliseconds. */
export const LIMITS = {
  /** Between two messages of one view, at least. */
  frameMs: 50,
  /** Work on one round of clients before everything else of the host has its turn. */
  sliceMs: 4,
  /** Actors in one message, so that the snapshot of a large tree is many small pieces of work. */
  actorsPerMessage: 500,
  /** Events for one client in one frame. */
  eventsPerFrame: 250,
  /** Characters after which the events of a frame go into another message. Silence is measured between messages. */
  eventsSize: 64 * 1024,
  /** Events that are kept for all timelines. */
  ring: 5000,
  /** Events that a client may be behind; beyond, it begins anew with the newest. */
  replay: 10_000,
  /** Bytes that may wait in a client's socket before it is passed over. */
  backlog: 1024 * 1024,
  /** How long a client may be passed over before it is let go. */
  stalledMs: 60_000,
  /** How long the end of a connection may take before it is cut: what waits for a client that does not read is let go. */
  closeMs: 2000,
  clients: 2000,
  /** Connections of a server of the inspector's own, in all. */
  connections: 4096,
  /** Of them those that have shown no token, and how long one may take to show it, whatever it does meanwhile. */
  strangers: 512,
  strangerMs: 5000,
  subscriptions: 64,
  /** Requests of one client that are not answered yet. */
  requests: 16,
  /** Bytes of one message of a client. */
  message: 64 * 1024,
  /** Messages of one client in a second. */
  messagesPerSecond: 200,
  /** Characters of one text of a process in an answer. */
  logs: 256 * 1024,
  /** Findings of one explanation. */
  findings: 50,
  sampleMs: 1000,
  /** A run that changes all the time is read that often. */
  runsMs: 250,
  /** Jobs and schedules that change all the time are read that often, and at least so much longer apart than a read takes. */
  jobsMs: 500,
  readShare: 10,
  /** They are read again after so long though no event says that they changed. */
  jobsStaleMs: 4000,
  /** How long the last events are waited for when the system stops. */
  farewellMs: 500,
  aliveMs: 5000,
  digestMs: 10_000,
  /** How long the journal is still followed when nobody looks any more. */
  lingerMs: 2000,
  /** Events that are read for what happened before. */
  history: 100_000,
} as const;
