import { describe } from 'vitest'
import type { TestDatabase } from '../../setup/clones.ts'
import { describeCharts } from './charts.ts'
import { describeUpkeep } from './kept.ts'
import { describeMigrations } from './migrations.ts'
import { describeStoring } from './stored.ts'

/**
 * What the storage promises on every database: run on plain PostgreSQL and on both editions of TimescaleDB, with the
 * same data and against the same plain answers, so that all of them say the same.
 */
export const describeStorage = (
  name: string,
  { fresh, empty }: { fresh(): Promise<TestDatabase>; empty(): Promise<TestDatabase> },
): void => {
  describe(`storage on ${name}`, () => {
    describeMigrations(empty)
    describeStoring(fresh)
    describeCharts(fresh)
    describeUpkeep(fresh)
  })
}
