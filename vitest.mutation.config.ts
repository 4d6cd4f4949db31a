import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that try thousands of cases: they judge what the others have let through. */
const SLOW = /model|interleaved|property|paths|linear|words|shell-script/;

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => Number(SLOW.test(moduleId));
    return [...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** The tests that a mutation run of src/machines is judged by: those of the machines themselves, none with processes. */
export default defineConfig({
  test: {
    include: ['test/machines/**/*.test.ts'],
    exclude: configDefaults.exclude,
    env: { ESPALIER_EFFORT: '0.03' },
    // A test that is slow on a busy machine has not found a fault.
    testTimeout: 240_000,
    maxWorkers: 1,
    sequence: { sequencer: QuickFirst },
  },
});
