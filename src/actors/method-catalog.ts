import { z } from 'zod';
import { EspalierError } from '../errors.js';
import type { MethodDescription } from '../transport/process/protocol/messages.js';
import { issuesOf } from './issues.js';

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
    if (JSON.stringify(methods) === JSON.stringify(this.#methods)) return;
    this.#methods = methods;
    this.#schemas.clear();
  }

  /**
   * Checks an argument against what its method said of it, if it did.
   *
   * @throws EspalierError `ESP_INVALID` naming what does not fit
   */
  check(method: string, args: unknown): void {
    const result = this.#schema(method)?.safeParse(args ?? {});
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
