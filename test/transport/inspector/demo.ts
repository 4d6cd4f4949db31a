import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { Browser } from './browser.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder in which the packed package is installed, and the demonstration beside it, as a user would have it. */
export class Installed implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'espalier-installed-'));

  constructor() {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(join(modules, 'espalier'), { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.folder], {
      cwd: root,
    });
    const tarball = packed.toString().trim().split('\n').at(-1) ?? '';
    execFileSync('tar', ['xzf', join(this.folder, tarball), '-C', join(modules, 'espalier'), '--strip-components=1']);
    // What it depends on is linked: only the package itself is under test.
    const others = readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.'));
    for (const name of others) symlinkSync(join(root, 'node_modules', name), join(modules, name));
    cpSync(join(root, 'examples', 'demo'), join(this.folder, 'demo'), { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  }

  /** The events of a demonstration's journal, in order. */
  events(db: string): readonly { readonly seq: number; readonly type: string }[] {
    const main = join(this.folder, 'node_modules', 'espalier', 'dist', 'cli', 'main.js');
    const args = [main, 'events', '--db', db, '--json'];
    const lines = execFileSync(process.execPath, args, { maxBuffer: 1 << 28 })
      .toString()
      .trimEnd()
      .split('\n');
    return lines.map((line) => JSON.parse(line));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The demonstration as a process of its own: a real system with real workers. */
export class Demo implements AsyncDisposable {
  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
    readonly db: string,
  ) {}

  static async start({ folder }: Installed, ...options: readonly string[]): Promise<Demo> {
    const db = join(mkdtempSync(join(folder, 'store-')), 'demo.db');
    const args = [join(folder, 'demo', 'main.js'), '--db', db, ...options];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    return new Demo(child, await address(child), db);
  }

  /** The address of a place in the page. */
  at(hash: string): string {
    return `${this.url}${hash}`;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end('SIGTERM');
  }
}

/** The address that the demonstration prints once it runs. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = /^inspector {2}(\S+)$/m.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code, signal) => reject(new Error(`the demonstration ended (${code ?? signal}):\n${text}`)));
  });
}

/** The installed package and a browser, for the tests of a file. */
export function installedWithBrowser(): { readonly installed: Installed; readonly browser: Browser } {
  let parts: { readonly installed: Installed; readonly browser: Browser } | undefined;
  const have = () => {
    if (parts === undefined) throw new Error('installed before the first test');
    return parts;
  };
  beforeAll(async () => {
    parts = { installed: new Installed(), browser: await Browser.open() };
  }, 120_000);
  afterAll(async () => {
    await parts?.browser[Symbol.asyncDispose]();
    parts?.installed[Symbol.dispose]();
  });
  return {
    get installed() {
      return have().installed;
    },
    get browser() {
      return have().browser;
    },
  };
}
