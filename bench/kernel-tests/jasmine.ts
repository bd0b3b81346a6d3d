import { createRequire } from 'node:module';

/** Jasmine's result of a finished test. */
export interface TestResult {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly failedExpectations: readonly { readonly message: string }[];
}

/** The parts of Jasmine's environment that are used here. */
interface JasmineEnvironment {
  configure(options: { random: boolean; specFilter: (test: { getFullName(): string }) => boolean }): void;
  addReporter(reporter: { specDone(result: TestResult): void; jasmineDone(): void }): void;
  execute(): unknown;
}

interface JasmineCore {
  core(self: JasmineCore): { getEnv(options: object): JasmineEnvironment };
  interface(jasmine: object, environment: JasmineEnvironment): object;
}

/** Puts `describe`, `it` and similar functions into the global scope, where tfjs-core's tests look for them. */
export function installJasmine(): JasmineEnvironment {
  // It has no type declarations.
  const core = createRequire(__filename)('jasmine-core') as JasmineCore;
  const jasmine = core.core(core);
  const environment = jasmine.getEnv({ suppressLoadErrors: true });
  Object.assign(globalThis, core.interface(jasmine, environment), { jasmine });
  return environment;
}

/** Runs the declared tests that pass the filter, in order. */
export async function runTests(
  environment: JasmineEnvironment,
  wanted: (fullName: string) => boolean,
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  environment.configure({ random: false, specFilter: (test) => wanted(test.getFullName()) });
  await new Promise<void>((resolve) => {
    environment.addReporter({ specDone: (result) => results.push(result), jasmineDone: resolve });
    environment.execute();
  });
  return results;
}
