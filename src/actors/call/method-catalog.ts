import { z } from 'zod';
import { asked, EspalierError } from '../../errors.js';
import { issuesOf } from '../../issues.js';
import { isPlain, MAX_DEPTH } from '../../json/plain.js';
import { writeJson } from '../../json/write.js';
import type { MethodDescription } from '../../transport/protocol/messages.js';

/** What the workers of a pool said they can do: the latest word of any of them. */
export class MethodCatalog {
  #methods: readonly MethodDescription[] = [];
  readonly #schemas = new Map<string, z.ZodType | null>();

  constructor(readonly pool: string) {}

  list(): readonly MethodDescription[] {
    return this.#methods;
  }

  learn(methods: readonly MethodDescription[]): void {
    // Workers of one program say the same; parsing their schemas anew for each would be waste.
    if (writeJson(methods) === writeJson(this.#methods)) return;
    this.#methods = methods;
    this.#schemas.clear();
  }

  /**
   * Checks an argument against what its method said of it, if it did.
   *
   * @throws EspalierError `ESP_INVALID` naming what does not fit
   */
  check(method: string, args: unknown): void {
    const schema = this.#schema(method);
    // What throws when it is looked at is refused when it is sent, with its place.
    const result = schema && asked(() => schema.safeParse(judged(args ?? {}, MAX_DEPTH)));
    if (!result || result.success) return;
    throw new EspalierError('ESP_INVALID', `pool ${this.pool}: ${method}: ${issuesOf(result.error)}`, {
      context: { pool: this.pool, method },
    });
  }

  #schema(method: string): z.ZodType | null {
    const known = this.#schemas.get(method);
    if (known !== undefined) return known;
    const described = this.#methods.find(({ name }) => name === method)?.input;
    const schema = described === undefined ? null : schemaOf(described);
    this.#schemas.set(method, schema);
    return schema;
  }
}

/**
 * An argument as its schema can judge it, which knows no `bigint`: an integer beyond 2 ** 53 - 1 stands as that, with its sign.
 * What lies too deep is refused when it is sent.
 */
function judged(value: unknown, maxDepth: number): unknown {
  if (typeof value === 'bigint') return Number(value > MOST ? MOST : value < LEAST ? LEAST : value);
  if (typeof value !== 'object' || value === null || maxDepth === 0 || asked(() => isPlain(value)) !== false)
    return value;
  if (Array.isArray(value)) return value.map((item) => judged(item, maxDepth - 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, judged(item, maxDepth - 1)]));
}

const MOST = BigInt(Number.MAX_SAFE_INTEGER);
const LEAST = BigInt(Number.MIN_SAFE_INTEGER);

/** Null for a schema with something in it that is not understood here: then the worker alone judges. */
function schemaOf(described: unknown): z.ZodType | null {
  const schema = z.record(z.string(), z.json()).safeParse(described);
  if (!schema.success) return null;
  try {
    return z.fromJSONSchema(schema.data);
  } catch {
    // Says zod of constructs that it has no equal of.
    return null;
  }
}
