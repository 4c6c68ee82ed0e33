import { describe } from 'vitest'
import type { TestDatabase } from '../../setup/clones.ts'
import { describeCharts } from './charts.ts'
import { describeStoring } from './stored.ts'

/** What the storage promises on every database; run on plain PostgreSQL and on both editions of TimescaleDB. */
export const describeStorage = (
  name: string,
  { fresh, empty: _empty }: { fresh(): Promise<TestDatabase>; empty(): Promise<TestDatabase> },
): void => {
  describe(`storage on ${name}`, () => {
    describeStoring(fresh)
    describeCharts(fresh)
  })
}
