import { EventEmitter } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ECHO_MS, Signals } from '../../../src/cli/runs/signals.js';

function listen() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const source = new EventEmitter();
  const heard: string[] = [];
  const requests = {
    pause: () => void heard.push('pause'),
    pausing: () => void heard.push('pausing'),
    stop: (signal: string) => void heard.push(`stop ${signal}`),
  };
  const signals = new Signals(requests, { source, now: Date.now, setTimeout });
  return { source, heard, signals, press: () => source.emit('SIGINT', 'SIGINT') };
}

it('one Ctrl-C that arrives twice, or five times, within milliseconds counts once', () => {
  const { heard, press } = listen();
  for (let times = 0; times < 5; times += 1) {
    press();
    vi.advanceTimersByTime(ECHO_MS / 6);
  }
  expect(heard).toEqual(['pause']);
});

it('says that it pauses when whoever presses again is heard', () => {
  const { heard, press } = listen();
  press();
  vi.advanceTimersByTime(ECHO_MS);
  expect(heard).toEqual(['pause', 'pausing']);
  press();
  press();
  expect(heard).toEqual(['pause', 'pausing', 'stop SIGINT']);
});

it('passes on every other signal at once, whatever came before', () => {
  const { source, heard, press } = listen();
  press();
  source.emit('SIGTERM', 'SIGTERM');
  source.emit('SIGHUP', 'SIGHUP');
  expect(heard).toEqual(['pause', 'stop SIGTERM', 'stop SIGHUP']);
});

it('hears the echo of a Ctrl-C that has led to its end, so that it does not end the process, and no later one', () => {
  const { source, heard, signals, press } = listen();
  press();
  signals[Symbol.dispose]();
  expect(press()).toBe(true);
  vi.advanceTimersByTime(ECHO_MS);
  expect(heard).toEqual(['pause']);
  expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => source.listenerCount(signal))).toEqual([0, 0, 0]);
});

it('leaves no listener when nobody pressed anything', () => {
  const { source, signals } = listen();
  signals[Symbol.dispose]();
  expect(source.eventNames()).toEqual([]);
});
