import type { Faults } from '../fault.js';

const doors = 'test/transport/inspector/doors.test.ts';

/** The doors of the inspector: what they let in, and what they let out. */
export const inspector: Faults = {
  'a read-only inspector lets the controls of runs through its WebSocket': {
    file: 'src/transport/inspector/service/answers.ts',
    right: 'if (!this.isControlled) {',
    wrong: "if (!this.isControlled && !control.type.startsWith('run.')) {",
    promise: 8,
    test: [doors, "refuses 'run.pause'"],
  },
  'a read-only inspector lets controls through its web door': {
    file: 'src/transport/inspector/doors/doors.ts',
    right: "return this.#options.hub.answers.isControlled ? ['POST'] : [];",
    wrong: "return ['POST'];",
    test: ['test/transport/inspector/methods.test.ts', 'is every method of control where it is not allowed'],
  },
  'a read-only inspector lets everything through': {
    file: 'src/transport/inspector/service/answers.ts',
    right: 'if (!this.isControlled) {',
    wrong: 'if (this.isControlled) {',
    promise: 8,
    test: [doors, "refuses 'actor.kill'"],
  },
  'the name of a run goes out as it was given': {
    file: 'src/transport/inspector/shown/viewed.ts',
    right: 'name: this.#line(info.name),',
    wrong: 'name: info.name,',
    test: ['test/transport/inspector/shown/viewed.test.ts', 'of a run'],
  },
  'the shorter of two secrets is masked first': {
    file: 'src/redact/secret-names.ts',
    right: 'sort((a, b) => b.length - a.length)',
    wrong: 'sort((a, b) => a.length - b.length)',
    test: ['test/redact/redactor.test.ts', 'whole where another secret is its beginning'],
  },
  'connections without a token may stay as long as they like': {
    file: 'src/transport/inspector/doors/strangers.ts',
    right: 'const timer = setTimeout(() => this.#end(socket), LIMITS.strangerMs).unref();',
    wrong: 'const timer = setTimeout(() => undefined, LIMITS.strangerMs).unref();',
    test: ['test/transport/inspector/strangers.test.ts', 'end when their time is over: silent'],
  },
  'a value of the environment is shown where it was cut': {
    file: 'src/redact/values.ts',
    right: 'const EDGE = /["\'`…\\\\]/;',
    wrong: 'const EDGE = /[…]/;',
    test: ['test/redact/secret-names.test.ts', 'is masked at the end of a text, and at the beginning of the next'],
  },
  'a store is made for everybody to read': {
    file: 'src/persistence/file/modes.ts',
    right: 'export const PRIVATE = 0o600;',
    wrong: 'export const PRIVATE = 0o644;',
    test: ['test/persistence/file/modes.slow.test.ts', 'alone, with its folder, whatever the umask'],
  },
  'a note of trouble is written through a link': {
    file: 'src/persistence/trouble/note-file.ts',
    right: ' : O_RDWR) | O_NOFOLLOW | O_NONBLOCK',
    wrong: ' : O_RDWR) | O_NONBLOCK',
    test: ['test/persistence/trouble/trouble.test.ts', 'neither reads nor writes nor removes a link in its place'],
  },
  'the ring forgets one event more than its floor says': {
    file: 'src/transport/inspector/shown/ring.ts',
    right: 'this.#floor = (this.#events[0]?.seq ?? this.#head + 1) - 1;',
    wrong: 'this.#floor = (this.#events[0]?.seq ?? this.#head + 1) - 2;',
    promise: 8,
    test: ['test/transport/inspector/text.test.ts', 'goes on right after its floor'],
  },
  'a foreign page may use the inspector': {
    file: 'src/transport/inspector/doors/access.ts',
    right: 'if (origin === undefined || this.#isOwnOrigin(origin, host)) return null;',
    wrong: 'return null;',
    test: ['test/transport/inspector/doors.test.ts', 'is refused with the right token'],
  },
  'a foreign name leads to the inspector': {
    file: 'src/transport/inspector/doors/access.ts',
    right: 'if (!this.#isOwnName(host)) return {',
    wrong: `if (host === '') return {`,
    test: ['test/transport/inspector/doors.test.ts', 'is refused with the right token'],
  },
  'a token is asked for nowhere': {
    file: 'src/transport/inspector/doors/access.ts',
    right: 'some((token) => this.#fits(token))',
    wrong: 'length >= 0',
    test: [doors, 'is asked for by the WebSocket'],
  },
  'a view of the inspector resumes one event too late': {
    file: 'src/transport/inspector/shown/ring.ts',
    right: 'found.count === limit',
    wrong: 'found.count > limit',
    test: ['test/transport/inspector/text.test.ts', ''],
  },
  'too many subscriptions are opened': {
    file: 'src/transport/inspector/service/session.ts',
    right: 'this.#subscriptions.size >= LIMITS.subscriptions',
    wrong: 'false',
    test: ['test/transport/inspector/doors.test.ts', 'opens no more subscriptions'],
  },
  'a client may talk as much as it likes': {
    file: 'src/transport/inspector/service/session.ts',
    right: `if (!this.#mayTalk()) return this.close('too many messages');`,
    wrong: '',
    test: ['test/transport/inspector/doors.test.ts', 'when it is too much'],
  },
};
