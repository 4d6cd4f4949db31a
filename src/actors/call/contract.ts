import type { z } from 'zod';
import { EspalierError } from '../../errors.js';
import { issuesOf } from '../../issues.js';
import type { Contract, MethodContract } from '../handles/method-types.js';

/** Holds the calls of a pool to what its `contract` says of their methods. */
export class ContractCheck {
  constructor(
    readonly pool: string,
    readonly contract: Contract,
  ) {}

  /**
   * The argument as its schema gives it on: with defaults, and without what the schema leaves out.
   *
   * @throws EspalierError `ESP_INVALID` for a method that the contract does not name, or naming what does not fit
   */
  async input(method: string, args: unknown): Promise<unknown> {
    const { input } = this.#of(method);
    return await this.#fit('ESP_INVALID', method, 'input', input, args);
  }

  /** The result, or one chunk of a stream. @throws EspalierError `ESP_CONTRACT` naming what does not fit */
  async output(method: string, answer: unknown): Promise<unknown> {
    const { output } = this.#of(method);
    return await this.#fit('ESP_CONTRACT', method, 'output', output, answer);
  }

  async #fit(
    code: 'ESP_INVALID' | 'ESP_CONTRACT',
    method: string,
    side: keyof MethodContract,
    schema: z.ZodType | undefined,
    value: unknown,
  ): Promise<unknown> {
    if (!schema) return value;
    const parsed = await schema.safeParseAsync(value);
    if (parsed.success) return parsed.data;
    throw new EspalierError(code, `pool ${this.pool}: ${method}: ${issuesOf(parsed.error, side)}`, {
      context: { pool: this.pool, method, side },
    });
  }

  #of(method: string): MethodContract {
    const named = Object.hasOwn(this.contract, method) ? this.contract[method] : undefined;
    if (named) return named;
    const names = Object.keys(this.contract).join(', ');
    throw new EspalierError(
      'ESP_INVALID',
      `pool ${this.pool}: no method '${method}' in its contract, which has ${names}`,
      {
        context: { pool: this.pool, method },
      },
    );
  }
}
