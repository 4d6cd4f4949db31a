import { fields, oneOf } from '../../options.js';
import { type CommonOptions, commonRules } from '../pool/pool-options.js';

/** A pool of seats, each of which runs one program at a time. */
export interface ExecPoolOptions extends CommonOptions {
  /** The program and its arguments, with places for an input: `{}` the input, `{#}` the index, `{.name}` a field. */
  readonly command: CommonOptions['command'];
  readonly mode: 'exec';
}

/** What keeps something from being the options of an exec pool, if anything does. */
export const execPoolRule = fields<ExecPoolOptions>({ ...commonRules, mode: oneOf('exec', 'protocol') });
