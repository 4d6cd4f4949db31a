import { firstOf } from '../machines/text/text-cut.js';
import type { Caps } from './caps.js';
import { MASK } from './mask.js';
import type { IsSecret } from './secret-names.js';

/**
 * One copy of one value, within its caps. It reads own data properties alone: no getter, no `toJSON`, no proxy trap of a
 * class decides what is shown or throws here.
 */
export class Capped {
  readonly #caps: Caps;
  readonly #text: (text: string, before?: string) => string;
  readonly #isSecret: IsSecret;
  readonly #open = new Set<object>();
  #nodes = 0;

  constructor(caps: Caps, text: (text: string, before?: string) => string, isSecret: IsSecret) {
    this.#caps = caps;
    this.#text = text;
    this.#isSecret = isSecret;
  }

  /** @param before the text that stands before it in a list: an option's value may be the next word */
  copy(value: unknown, depth = 0, before?: string): unknown {
    this.#nodes += 1;
    if (this.#nodes > this.#caps.nodes) return '…';
    switch (typeof value) {
      case 'string':
        return this.#cut(value, before);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
      case 'undefined':
        return value;
      case 'bigint':
        return `${value}n`;
      case 'symbol':
        return value.toString();
      case 'function':
        return `[function ${value.name || 'anonymous'}]`;
      case 'object':
        return value === null ? null : this.#object(value, depth);
      default:
        return String(value);
    }
  }

  #object(value: object, depth: number): unknown {
    if (this.#open.has(value)) return '[circular]';
    if (depth >= this.#caps.depth) return Array.isArray(value) ? `[list of ${value.length}]` : '[object]';
    this.#open.add(value);
    try {
      return this.#inside(value, depth + 1);
    } catch (error) {
      // A proxy may throw whatever is asked of it.
      return `[unreadable: ${error instanceof Error ? error.name : 'error'}]`;
    } finally {
      this.#open.delete(value);
    }
  }

  #inside(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.#list(value, value.length, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
    if (value instanceof Error) return this.#fields({ ...value, name: value.name, message: value.message }, depth);
    if (value instanceof Map) return { '[map]': this.#entries(value, depth) };
    if (value instanceof Set) return { '[set]': this.#list(value, value.size, depth) };
    if (value instanceof RegExp) return String(value);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (isActor(value)) return `[actor ${value.id}]`;
    return this.#fields(value, depth);
  }

  #list(values: Iterable<unknown>, size: number, depth: number): unknown[] {
    const copies: unknown[] = [];
    let before: unknown;
    for (const value of values) {
      if (copies.length === this.#caps.entries) return [...copies, `… ${size - copies.length} more`];
      copies.push(this.copy(value, depth, typeof before === 'string' ? before : undefined) ?? null);
      before = value;
    }
    return copies;
  }

  #entries(map: ReadonlyMap<unknown, unknown>, depth: number): Record<string, unknown> {
    const named = [...map].slice(0, this.#caps.entries + 1).map(([key, value]) => [String(key), value]);
    return this.#fields(Object.fromEntries(named), depth);
  }

  #fields(value: object, depth: number): Record<string, unknown> {
    const copies: [name: string, copy: unknown][] = [];
    for (const key of Object.keys(value)) {
      if (copies.length === this.#caps.entries) {
        copies.push(['…', 'more']);
        break;
      }
      copies.push([this.#cut(key), this.#field(value, key, depth)]);
    }
    // No assignments: a key may be `__proto__`.
    return Object.fromEntries(copies);
  }

  #field(value: object, key: string, depth: number): unknown {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (this.#isSecret(key, property?.value)) return MASK;
    if (key === 'value' && this.#isNamedBeside(value, property?.value)) return MASK;
    return property && 'value' in property ? this.copy(property.value, depth) : '[getter]';
  }

  /** `{ name: 'PASSWORD', value: 'x' }`: what an object names it is not alone in having. */
  #isNamedBeside(object: object, value: unknown): boolean {
    const names = ['name', 'key'].map((key): unknown => Object.getOwnPropertyDescriptor(object, key)?.value);
    return names.some((name) => typeof name === 'string' && this.#isSecret(name, value));
  }

  #cut(text: string, before?: string): string {
    const masked = this.#text(text.slice(0, this.#caps.text * 2), before);
    if (masked.length <= this.#caps.text && text.length <= this.#caps.text * 2) return masked;
    return `${firstOf(masked, this.#caps.text)}… (${text.length} characters)`;
  }
}

/** An XState actor in a context would bring its whole system along. */
function isActor(value: object): value is { readonly id: string } {
  return 'sessionId' in value && 'send' in value && 'id' in value && typeof value.id === 'string';
}
