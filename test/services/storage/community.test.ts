import { describe } from 'vitest'
import { emptyCommunityDatabase, freshCommunityDatabase, has } from '../../setup/services.ts'
import { describeStorage } from './contract.ts'

describe.skipIf(!has.community)('with TimescaleDB', () => {
  describeStorage('the Community edition', { fresh: freshCommunityDatabase, empty: emptyCommunityDatabase })
})
