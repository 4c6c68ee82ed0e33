import { describe } from 'vitest'
import { emptyTimescaleDatabase, freshTimescaleDatabase, has } from '../../setup/services.ts'
import { describeStorage } from './contract.ts'

describe.skipIf(!has.timescale)('with TimescaleDB', () => {
  describeStorage('the Apache edition (or TEST_DATABASE_URL)', {
    fresh: freshTimescaleDatabase,
    empty: emptyTimescaleDatabase,
  })
})
