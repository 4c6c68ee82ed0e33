import { expect, it } from 'vitest'
import { fold, INITIAL } from '../../../server/rules/fold.ts'

it('of two versions of the limits with the same beginning, the one recorded later holds, and the other never did', () => {
  const high = (limit: number, from: number) => ({ from, limits: { temperature: { high: limit } } })
  const context = { versions: [high(30, 0), high(20, 10), high(30, 10)], from: 0, to: null }
  const at = (time: number) => ({ time, seq: 0, temperature: 25, pressure: null, level: null })
  expect(fold(INITIAL, [at(5), at(15)], context).changes).toEqual([])
})
