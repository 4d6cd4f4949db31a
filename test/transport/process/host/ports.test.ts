import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Ports } from '../../../../src/transport/process/host/ports.js';

it('tries again to listen at the next port, when it could not at the first', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'espalier-ports-')), 'later');
  const ports = new Ports(folder);
  onTestFinished(() => ports.close());
  await expect(ports.expect()).rejects.toMatchObject({ code: expect.stringMatching(/EACCES|ENOENT/) });
  mkdirSync(folder);
  expect((await ports.expect()).token).toMatch(/^[0-9a-f]{32}$/);
});
