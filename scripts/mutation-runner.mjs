import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Script } from 'node:vm';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { getFn, startTests } from '@vitest/runner';
import fc from 'fast-check';
import { createServer, createServerModuleRunner } from 'vite';
import { vi } from 'vitest';

const FOLDER = 'test/machines';
/** What the first run has found out about the tests, for the processes that follow one that had to be ended. */
const FOUND = '.mutation-tests.json';
const CALL = new Script('callOfTest()');
const STATUS = { pass: TestStatus.Success, fail: TestStatus.Failed };
const SETTINGS = {
  setupFiles: [],
  sequence: { shuffle: false, concurrent: false, seed: 1, hooks: 'stack', setupFiles: 'list' },
  passWithNoTests: true,
  maxConcurrency: 1,
  // What hangs is ended below, or by Stryker.
  testTimeout: 0,
  hookTimeout: 600_000,
  retry: 0,
  tags: [],
  strictTags: false,
};

/**
 * Judges mutants by the tests in test/machines, one after the other in this process: those tests are pure, and a worker of
 * Vitest's own for each mutant would cost more than the tests. Vitest's runner runs them, so they are written as all others.
 */
class MachinesRunner {
  /** What the mutated sources read: which mutant is active, how often it may be reached. */
  #stryker = {};
  #server;
  #modules;
  #files = [];
  /** How long each file of tests takes, in milliseconds: the quick ones judge first. */
  #costs = new Map();
  /** How long each test takes. */
  #times = new Map();
  /** Which files of tests load a source: no other can fail for what runs when it is loaded. */
  #loads = new Map();

  /** What was thrown outside of any test, as XState does with what nobody catches. */
  #uncaught = [];

  constructor() {
    globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] = this.#stryker;
    process.on('uncaughtException', (error) => this.#uncaught.push(error));
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // A mutant is found when a test fails; that its counterexample is small is worth nothing here.
    fc.configureGlobal({ endOnFailure: true });
    process.env.ESPALIER_EFFORT = '0.03';
    this.#server = await createServer({
      configFile: false,
      logLevel: 'error',
      appType: 'custom',
      optimizeDeps: { noDiscovery: true },
      server: { middlewareMode: true, ws: false, watch: null, hmr: false },
    });
    this.#modules = createServerModuleRunner(this.#server.environments.ssr, { hmr: false });
    const isQuick = (name) => name.endsWith('.test.ts') && !name.endsWith('.slow.test.ts');
    const names = readdirSync(FOLDER, { recursive: true }).filter(isQuick);
    this.#files = names.map((name) => join(process.cwd(), FOLDER, name));
    await (existsSync(FOUND) ? this.#resume() : this.#run(this.#files));
  }

  async #resume() {
    const { costs, times, loads } = JSON.parse(readFileSync(FOUND, 'utf8'));
    this.#costs = new Map(costs);
    this.#times = new Map(times);
    this.#loads = new Map(loads);
    // What it takes to load them is no part of the time that the next mutant has.
    for (const source of this.#loads.keys()) await this.#modules.import(source);
  }

  async dispose() {
    await this.#modules?.close();
    await this.#server?.close();
  }

  /**
   * The second run in the same modules: what one leaves behind must not fail the next. And what it takes is what the tests
   * take, not what loading them does: so a mutant that never ends is given up soon.
   */
  async dryRun() {
    const tests = await this.#run(this.#files);
    for (const { id, fileName, timeSpentMs } of tests) {
      this.#times.set(id, timeSpentMs);
      this.#costs.set(fileName, (this.#costs.get(fileName) ?? 0) + timeSpentMs);
    }
    for (const file of this.#files) for (const source of this.#loadedBy(file)) this.#noteLoad(source, file);
    const found = { costs: [...this.#costs], times: [...this.#times], loads: [...this.#loads] };
    writeFileSync(FOUND, JSON.stringify(found));
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.#stryker.mutantCoverage };
  }

  async mutantRun({ testFilter, activeMutant: { id }, sandboxFileName, mutantActivation, hitLimit, disableBail }) {
    const ids = testFilter && new Set(testFilter);
    const isStatic = mutantActivation === 'static';
    const covering = ids
      ? this.#files.filter((file) => testFilter.some((test) => test.startsWith(`${file}#`)))
      : (this.#loads.get(resolve(sandboxFileName)) ?? this.#files);
    const files = covering.toSorted((a, b) => (this.#costs.get(a) ?? 0) - (this.#costs.get(b) ?? 0));
    Object.assign(this.#stryker, { activeMutant: isStatic ? id : undefined, hitCount: 0, hitLimit });
    if (isStatic) this.#modules.clearCache();
    this.#uncaught = [];
    const tests = await this.#run(files, { ids, bail: !disableBail, activeMutant: id });
    await setTimeout(1);
    if (this.#uncaught.length > 0) tests.push(uncaught(this.#uncaught[0]));
    this.#stryker.activeMutant = undefined;
    if (isStatic) this.#modules.clearCache();
    const isEndless = determineHitLimitReached(this.#stryker.hitCount, hitLimit);
    return toMutantRunResult(isEndless ?? { status: DryRunStatus.Complete, tests });
  }

  /** What a test may take, in milliseconds; no limit while it is not known what it does take. */
  #limitOf(test) {
    const time = this.#times.get(idOf(test));
    return time === undefined ? undefined : Math.ceil(2000 + 10 * time);
  }

  #loadedBy(file, seen = new Set()) {
    for (const module of this.#modules.evaluatedModules.getModulesByFile(file) ?? []) {
      for (const id of module.imports) {
        const source = this.#modules.evaluatedModules.getModuleById(id)?.file;
        if (source && !seen.has(source)) this.#loadedBy(source, seen.add(source));
      }
    }
    return seen;
  }

  #noteLoad(source, file) {
    if (!source.startsWith(join(process.cwd(), 'src'))) return;
    this.#loads.set(source, [...(this.#loads.get(source) ?? []), file]);
  }

  async #run(files, { ids, bail = false, activeMutant } = {}) {
    let isFound = false;
    const runner = {
      config: { ...SETTINGS, root: process.cwd() },
      importFile: (file) => {
        for (const module of this.#modules.evaluatedModules.getModulesByFile(file) ?? []) {
          this.#modules.evaluatedModules.invalidateModule(module);
        }
        return this.#modules.import(file);
      },
      onCollected: (collected) => {
        for (const test of collected.flatMap(testsIn)) if (ids && !ids.has(idOf(test))) test.mode = 'skip';
      },
      onBeforeRunFiles: () => {
        this.#stryker.activeMutant ??= activeMutant;
      },
      onBeforeRunTask: (test) => {
        if (isFound) test.mode = 'skip';
        this.#stryker.currentTestId = activeMutant === undefined ? idOf(test) : undefined;
      },
      runTask: (test) => call(getFn(test), this.#limitOf(test)),
      onAfterRunTask: (test) => {
        isFound ||= bail && test.result?.state === 'fail';
        this.#stryker.currentTestId = undefined;
        vi.restoreAllMocks();
      },
    };
    return (await startTests(files, runner)).flatMap(resultsOf);
  }
}

/**
 * Calls a test. V8 ends even a loop that never would end: a process that Stryker has to end instead costs a minute. (Not so
 * what a test does after it has waited for something.)
 */
function call(test, timeout) {
  globalThis.callOfTest = test;
  return CALL.runInThisContext(timeout === undefined ? {} : { timeout });
}

function testsIn(task) {
  return task.tasks ? task.tasks.flatMap(testsIn) : [task];
}

function idOf(test) {
  const names = [];
  for (let task = test; task && task !== test.file; task = task.suite) names.unshift(task.name);
  return `${test.file.filepath}#${names.join(' ')}`;
}

/** A file that cannot even be imported counts as a test that fails. */
function resultsOf(file) {
  const results = testsIn(file)
    .filter((test) => test.result && test.type === 'test')
    .map((test) => resultOf(test, idOf(test), file.filepath));
  return file.result?.state === 'fail' && !results.some(({ status }) => status === TestStatus.Failed)
    ? [...results, resultOf(file, `${file.filepath}#`, file.filepath)]
    : results;
}

/** No test has failed for it, but with Vitest itself the run would have. */
function uncaught(error) {
  return {
    ...resultOf({ name: 'uncaught', result: { state: 'fail' } }, 'uncaught', ''),
    failureMessage: String(error),
  };
}

function resultOf({ name, result }, id, file) {
  const [error] = result.errors ?? [];
  const status = STATUS[result.state] ?? TestStatus.Skipped;
  return {
    id,
    name,
    file,
    fileName: file,
    status,
    timeSpentMs: result.duration ?? 0,
    failureMessage: error?.message ?? '',
  };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'machines', MachinesRunner)];
