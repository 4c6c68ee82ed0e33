import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Suites one after another, so that none disturbs the next one's times; in a suite, files side by side. */
const suite = (name: string, order: number, maxWorkers: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.{ts,tsx}`], maxWorkers, sequence: { groupOrder: order } },
})

export default defineConfig({
  root,
  test: {
    globalSetup: ['test/setup/embedded-database.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [suite('unit', 0, 2), suite('integration', 1, 2), suite('services', 2, 2), suite('browser', 3, 1)],
  },
})
