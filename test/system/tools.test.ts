import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Asks } from '../../src/actors/desk/asks.js';
import { tool } from '../../src/actors/desk/host-tool.js';
import { WorkerDesk } from '../../src/actors/desk/worker-desk.js';
import { ControlledPool } from '../../src/actors/handles/controlled-pool.js';
import type { AnyPool, ExecPool, Pool, PoolControl } from '../../src/actors/handles/pool-handle.js';
import { systemClock } from '../../src/clock.js';
import { SystemTools } from '../../src/system/tools.js';

const unasked = (): never => {
  throw new Error('nobody asks for this here');
};
const control: PoolControl = {
  ready: unasked,
  resize: unasked,
  drain: unasked,
  resume: unasked,
  recycle: unasked,
  load: unasked,
};

/** A pool that answers each call with what was called. */
class EchoPool extends ControlledPool implements Pool {
  readonly mode = 'protocol';

  constructor(
    path: string,
    readonly names: readonly string[],
  ) {
    super({ path, control });
  }

  methods() {
    return this.names.map((name) => ({ name }));
  }

  readonly stream = unasked;
  readonly observe = unasked;

  async call(method: string, args?: unknown): Promise<unknown> {
    return [this.path, method, args];
  }
}

class ProgramPool extends ControlledPool implements ExecPool {
  readonly mode = 'exec';
  readonly exec = unasked;
}

function toolsOf(...pools: readonly AnyPool[]): SystemTools {
  const double = tool({ name: 'double', description: 'Twice', input: z.number(), run: (_, n) => n * 2 });
  const desk = new WorkerDesk({
    tools: [double],
    asks: new Asks(systemClock),
    onAsk: undefined,
    onFault: unasked,
  });
  return new SystemTools(
    desk,
    () => pools,
    () => undefined,
  );
}

describe('a tool that is called by its name', () => {
  it('is a host tool, or a method that a worker has named', async () => {
    const tools = toolsOf(new EchoPool('/agent', ['plan']));
    expect(await tools.call('double', 4)).toBe(8);
    expect(await tools.call('agent.plan', { goal: 'tea' })).toEqual(['/agent', 'plan', { goal: 'tea' }]);
    await expect(tools.call('agent.dream')).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
  });

  it('goes to a pool that has not said yet what it can do, which waits for a worker', async () => {
    const tools = toolsOf(new EchoPool('/agent', []), new EchoPool('/agent/deep', []));
    expect(await tools.call('agent.plan')).toEqual(['/agent', 'plan', undefined]);
    expect(await tools.call('agent.deep.plan')).toEqual(['/agent/deep', 'plan', undefined]);
    await expect(tools.call('agents.plan')).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
  });

  it('goes to no pool of programs', async () => {
    const tools = toolsOf(new ProgramPool({ path: '/shell', control }));
    await expect(tools.call('shell.ls')).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
  });
});
