import { describe, expect, it } from 'vitest'
import { readDate } from '../../../server/orders/backtest/dates.ts'
import { Mapping } from '../../../server/orders/backtest/mapping.ts'
import { momentsOf, type Row } from '../../../server/orders/backtest/moments.ts'
import { walk } from '../../../server/orders/backtest/walk.ts'
import { standsFor } from '../../../server/orders/forecast/mature.ts'

const DAY_MS = 86_400_000
const mapping = Mapping.parse({ from: 'sent', to: 'came', promise: 'due', supplier: 'by', factors: ['by'], teach: 20 })
const settings = { ...mapping, withPromise: false }
const dayOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * DAY_MS).toISOString().slice(0, 10)
/** Two suppliers, one thrice as slow; an order every second day. */
const rows: Row[] = Array.from({ length: 120 }, (_, index) => {
  const took = (index % 2 === 0 ? 10 : 30) + ((index * 7) % 11)
  return {
    sent: dayOf(index * 2),
    came: dayOf(index * 2 + took),
    due: dayOf(index * 2 + (index % 2 === 0 ? 21 : 31)),
    by: index % 2 === 0 ? 'quick' : 'slow',
  }
})

describe('the walk through a history', () => {
  const { moments } = momentsOf(rows, mapping)

  it.each([false, true])('knows nothing of what comes later (promise: %s)', (withPromise) => {
    const all = walk(moments, { ...settings, withPromise })
    const shorter = walk(moments.slice(0, 90), { ...settings, withPromise })
    expect(shorter.length).toBeGreaterThan(30)
    expect(all.slice(0, shorter.length)).toEqual(shorter)
    const lastAt = moments[89]?.at ?? 0
    const otherwise = moments
      .slice(0, 90)
      .map((one) => (one.known >= lastAt ? { ...one, days: 999, known: one.at + 999 * DAY_MS } : one))
    expect(walk(otherwise, { ...settings, withPromise }).at(-1)?.forecast).toEqual(shorter.at(-1)?.forecast)
  })

  it('tells the suppliers apart, and P10, P50 and P90 rise', () => {
    const [quick, slow] = walk(moments, settings).slice(-2)
    expect(slow?.forecast[1]).toBeGreaterThan((quick?.forecast[1] ?? 0) + 5)
    for (const { forecast } of walk(moments, settings)) expect(forecast).toEqual(forecast.toSorted((a, b) => a - b))
  })

  it('counts what has no dates', () => {
    expect(
      momentsOf([...rows, { sent: 'Date Not Captured', came: dayOf(3), due: '', by: 'quick' }], mapping).unusable,
    ).toBe(1)
  })
})

describe('dates as histories write them', () => {
  it.each([
    ['2006-06-02', '2006-06-02T00:00:00.000Z'],
    ['2-Jun-06', '2006-06-02T00:00:00.000Z'],
    ['6/2/06', '2006-06-02T00:00:00.000Z'],
    ['2012-01-30 06:24:00+02:00', '2012-01-30T04:24:00.000Z'],
    ['2012-02-30', null],
    ['Pre-PQ Process', null],
    ['', null],
  ])('%s', (text, expected) => {
    const time = readDate(text)
    expect(time === null ? null : new Date(time).toISOString()).toBe(expected)
  })
})

it('what began lately and is complete stands for what is not', () => {
  const completed = [1, 2, 3, 4].map((value) => ({ value, age: 100 })).concat([{ value: 1, age: 2 }])
  const factors = standsFor(completed, [1, 1, 1, 1, 1])
  expect(factors.slice(0, 4)).toEqual([1, 1, 1, 1])
  expect(factors[4]).toBeGreaterThan(1.3)
})
