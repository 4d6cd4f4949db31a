import { describe, expect, it } from 'vitest';
import { cookieEntries } from '../../../../src/transport/process/proc/cookies.js';

const entries = (...variables: string[]) => cookieEntries(Buffer.from(variables.map((one) => `${one}\0`).join('')));

describe('the cookie in an environment', () => {
  it('is a list of entries, wherever it stands', () => {
    expect(entries('ESPALIER_COOKIE=r.1.a')).toEqual(['r.1.a']);
    expect(entries('PATH=/bin', 'ESPALIER_COOKIE=outer.1.a,inner.2.b', 'HOME=/')).toEqual(['outer.1.a', 'inner.2.b']);
  });

  it('is no other variable that ends so, and no value that mentions it', () => {
    expect(entries('MY_ESPALIER_COOKIE=r.1.a', 'X=ESPALIER_COOKIE=r.1.a', 'ESPALIER_COOKIES=r.1.a')).toEqual([]);
  });

  it('is found behind one that is none, and without an end', () => {
    expect(entries('X=ESPALIER_COOKIE=no', 'ESPALIER_COOKIE=r.1.a')).toEqual(['r.1.a']);
    expect(cookieEntries(Buffer.from('ESPALIER_COOKIE=r.1.a'))).toEqual(['r.1.a']);
    expect(cookieEntries(Buffer.alloc(0))).toEqual([]);
  });
});
