import type { Faults } from '../fault.js';

const doors = 'test/inspector/doors.test.ts';

/** The doors of the inspector: what they let in, and what they let out. */
export const inspector: Faults = {
  'a read-only inspector lets the controls of runs through its WebSocket': {
    file: 'src/transport/inspector/service/answers.ts',
    right: 'if (!this.isControlled) {',
    wrong: "if (!this.isControlled && !control.type.startsWith('run.')) {",
    test: [doors, "refuses 'run.pause'"],
  },
  'a read-only inspector lets controls through its web door': {
    file: 'src/transport/inspector/doors/api.ts',
    right: 'if (!hub.answers.isControlled) {',
    wrong: 'if (false) {',
    test: [doors, "refuses 'actor.kill'"],
  },
  'the shorter of two secrets is masked first': {
    file: 'src/transport/inspector/redact/secrets.ts',
    right: 'sort((a, b) => b.length - a.length)',
    wrong: 'sort((a, b) => a.length - b.length)',
    test: ['test/inspector/redactor.test.ts', 'whole where another secret is its beginning'],
  },
  'the ring forgets one event more than its floor says': {
    file: 'src/transport/inspector/service/ring.ts',
    right: 'this.#floor = (this.#events[0]?.seq ?? this.#head + 1) - 1;',
    wrong: 'this.#floor = (this.#events[0]?.seq ?? this.#head + 1) - 2;',
    test: ['test/inspector/text.test.ts', 'goes on right after its floor'],
  },
};
