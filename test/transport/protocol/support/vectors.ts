import { readFileSync } from 'node:fs';
import { DEFAULT_PORT_LIMITS, type FrameLimits } from '../../../../src/transport/protocol/limits.js';

/** The table that every codec of the protocol runs. */
export const VECTORS_FILE = new URL('../../../../sdk/vectors.json', import.meta.url);

type Piece = string | { hex: string } | { text: string; times: number };

export interface DecodeVector {
  readonly name: string;
  readonly bytes: readonly Piece[];
  readonly limits?: Partial<FrameLimits>;
  readonly messages: readonly unknown[];
  readonly end: 'clean' | 'partial' | 'failure';
}

interface Vectors {
  readonly decode: readonly DecodeVector[];
  readonly values: readonly unknown[];
  readonly refused: readonly { readonly value: unknown; readonly message: string }[];
}

export const vectors: Vectors = JSON.parse(readFileSync(VECTORS_FILE, 'utf8'));

export function bytesOf(vector: DecodeVector): Buffer {
  return Buffer.concat(
    vector.bytes.map((piece) => {
      if (typeof piece === 'string') return Buffer.from(piece);
      return 'hex' in piece ? Buffer.from(piece.hex, 'hex') : Buffer.from(piece.text.repeat(piece.times));
    }),
  );
}

export function limitsOf(vector: DecodeVector): FrameLimits {
  return { ...DEFAULT_PORT_LIMITS, ...vector.limits };
}

/** What a tagged value of the table stands for. */
export function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  if ('$hex' in value) return Buffer.from(String(value.$hex), 'hex');
  if ('$number' in value) return Number(value.$number);
  if ('$bigint' in value) return BigInt(`${value.$bigint}${'zeros' in value ? '0'.repeat(Number(value.zeros)) : ''}`);
  if ('$deep' in value) return nested(Number(value.$deep));
  if ('$circle' in value) return circle(String(value.$circle));
  if ('$repeat' in value && 'times' in value) return String(value.$repeat).repeat(Number(value.times));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item)]));
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

/** The other way: what a codec decoded, as the table writes it. */
export function tag(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $hex: Buffer.from(value).toString('hex') };
  if (typeof value === 'bigint') return tagBigint(String(value));
  if (Array.isArray(value)) return value.map(tag);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tag(item)]));
}

function tagBigint(digits: string): unknown {
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  return zeros < 100 ? { $bigint: digits } : { $bigint: digits.slice(0, -zeros), zeros };
}

function circle(key: string): unknown {
  const value: Record<string, unknown> = {};
  value[key] = [value];
  return value;
}
