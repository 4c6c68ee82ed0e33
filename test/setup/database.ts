import { inject } from 'vitest'
import { cloneDatabase, type TestDatabase } from './clones.ts'

export type { TestDatabase } from './clones.ts'

const embedded = () => {
  const given = inject('embedded')
  if (given === null) throw new Error('the unit tests have no database: move this test to test/integration')
  return given
}

/** A migrated database of its own on the run's embedded PostgreSQL. */
export const freshDatabase = (): Promise<TestDatabase> => {
  const { url, template, strategy } = embedded()
  return cloneDatabase(url, template, strategy)
}

/** The same with nothing in it, for tests of the migrations. */
export const emptyDatabase = (): Promise<TestDatabase> =>
  cloneDatabase(embedded().url, 'template0', embedded().strategy)
