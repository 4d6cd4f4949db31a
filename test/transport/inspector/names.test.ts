import { describe, expect, it } from 'vitest';
import { crashKind } from '../../../src/machines/exits/crash-kind.js';
import { createRedactor } from '../../../src/redact/redactor.js';
import { decodeFrame } from '../../../src/transport/protocol/codec.js';
import { get, openDoors, TOKEN } from './doors.js';

const bearer = { authorization: `Bearer ${TOKEN}` };

/** What every object has without having been given it. */
const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'name', 'length', 'call', 'apply'];

describe('a name that every object inherits', () => {
  it.each(INHERITED)('is answered as any name that there is not: %s', async (name) => {
    const { port, faults } = await openDoors({ control: true });
    const unknown = await get(port, '/api/nothing', { headers: bearer });
    expect(unknown.status).toBe(404);
    for (const path of [`/api/${name}`, `/api/${name}?path=/a`, `/api/${encodeURIComponent(name)}/`]) {
      expect(await get(port, path, { headers: bearer })).toMatchObject({ status: 404, body: unknown.body });
    }
    for (const path of [`/${name}`, `/assets/${name}`]) {
      expect((await get(port, path, { headers: bearer })).status).toBe(404);
    }
    expect((await get(port, `/events?view=${name}`, { headers: bearer })).status).toBe(400);
    expect((await get(port, `/api/actor?${name}=1`, { headers: bearer })).status).toBe(400);
    const headers = { ...bearer, 'content-type': 'application/json' };
    const control = await get(port, '/api/control', { method: 'POST', headers, body: `{"type":"${name}","path":"/"}` });
    expect(control.status).toBe(400);
    expect(faults).toEqual([]);
  });

  it.each(INHERITED.filter((name) => name !== 'call'))(
    'is no type of message in which trailers have a place: %s',
    (name) => {
      const header = { t: name, b: [1], bp: [['nowhere']] };
      expect(decodeFrame({ header, trailers: [Buffer.of(1)] })).toBe(header);
    },
  );

  it.each(INHERITED)('is no kind of crash as a signal: %s', (name) => {
    expect(crashKind({ code: null, signal: name })).toBe('signal');
  });

  it('is shown as any other key, and gives the copy no prototype', () => {
    const value = JSON.parse('{"__proto__":{"shown":1},"constructor":2,"password":"hunter22"}');
    expect(JSON.stringify(createRedactor().value(value))).toBe(
      '{"__proto__":{"shown":1},"constructor":2,"password":"‹redacted›"}',
    );
  });
});
