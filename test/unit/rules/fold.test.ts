import { expect, it } from 'vitest'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { INITIAL } from '../../../server/rules/state.ts'
import { sampled } from '../../setup/sampled.ts'

it('of two versions of the limits with the same beginning, the one recorded later holds, and the other never did', () => {
  const high = (limit: number, from: number) => ({
    from,
    facts: plainFacts({ temperature: { high: limit } }),
  })
  const context = { versions: [high(30, 0), high(20, 10), high(30, 10)], from: 0, to: null }
  const at = (time: number) => sampled({ time, temperature: 25 })
  expect(fold(INITIAL, [at(5), at(15)], context).changes).toEqual([])
})
