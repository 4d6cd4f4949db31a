import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Program } from '../../../src/actors/worker/program.js';
import { literalTemplate } from '../../../src/machines/command/template.js';
import { folder } from '../../persistence/support/world.js';

const services = { hostEnv: process.env, isSecret: () => false };
const sleep = literalTemplate(['sleep', '1']);

describe('a program', () => {
  it('is refused where its working folder is missing or none, by name, before anything of it is started', () => {
    for (const cwd of [join(folder(), 'missing'), '/etc/hostname']) {
      const refusal = { code: 'ESP_SPAWN', message: expect.stringContaining(cwd), context: { cwd } };
      expect(() => new Program(sleep, { cwd }, services)).toThrow(expect.objectContaining(refusal));
    }
  });

  it('is made for a working folder that is there', () => {
    const cwd = folder();
    expect(new Program(sleep, { cwd }, services).prepare('', 0)).toMatchObject({ cwd });
  });
});
