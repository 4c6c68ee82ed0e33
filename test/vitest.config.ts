import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is imported is imported once in a process and not once a file: nothing opens at import, and what starts stops. */
const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
  isolate: false,
  // a machine that is busy with something else is no failure: what has to be quick says so where it is asked
  expect: { poll: { timeout: 15_000 } },
}

/** Suites one after another, so that none disturbs the next one's times; in a suite, files side by side. */
const suite = (
  name: string,
  groupOrder: number,
  { maxWorkers = 2, globalSetup = [] as string[], setupFiles = [] as string[] } = {},
) => ({
  root,
  test: {
    ...shared,
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    maxWorkers,
    globalSetup,
    setupFiles,
    sequence: { groupOrder },
  },
})

export default defineConfig({
  root,
  test: {
    // here and not in the projects: what the root provides is there for all of them, and is started once
    globalSetup: ['test/setup/embedded-database.ts'],
    projects: [
      suite('unit', 0),
      suite('integration', 1, { setupFiles: ['test/setup/tidy.ts'] }),
      suite('services', 2, { globalSetup: ['test/setup/all-services.ts'] }),
      suite('browser', 3, { globalSetup: ['test/setup/browser.ts'] }),
    ],
  },
})
