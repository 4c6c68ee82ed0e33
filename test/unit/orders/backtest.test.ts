import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readDate } from '../../../server/orders/backtest/dates.ts'
import { Mapping } from '../../../server/orders/backtest/mapping.ts'
import { type Moment, momentsOf, type Row } from '../../../server/orders/backtest/moments.ts'
import { readRows } from '../../../server/orders/backtest/read.ts'
import { reportOf } from '../../../server/orders/backtest/report.ts'
import { walk } from '../../../server/orders/backtest/walk.ts'
import { standsFor } from '../../../server/orders/forecast/mature.ts'
import { createRandom } from '../../../simulators/random.ts'
import { note } from '../../setup/notes.ts'

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

/** The real histories beside the project, and what the forecast is to reach on them. */
const ORDERS = fileURLToPath(new URL('../../../../shared/data/orders/', import.meta.url))
const MAPS = fileURLToPath(new URL('../../../server/orders/backtest/', import.meta.url))
if (!existsSync(ORDERS))
  note({ suite: 'unit', sentence: 'the histories beside the project are not there', expected: false })

describe.skipIf(!existsSync(ORDERS))('on real histories', () => {
  const report = (file: string, map: string, withPromise: boolean) => {
    const found = Mapping.parse(JSON.parse(readFileSync(`${MAPS}${map}`, 'utf8')))
    const { moments } = momentsOf(readRows(readFileSync(`${ORDERS}${file}`)), found)
    return reportOf(walk(moments, { ...found, withPromise }))
  }

  it('orders without a promise: 13 % better than all history, and as wide as it says', () => {
    const { pinball, pinballHistory, coverage80 } = report('scms-orders-to-2012.csv', 'scms.map.json', false)
    expect((pinball ?? 9) / (pinballHistory ?? 1)).toBeLessThanOrEqual(0.87)
    expect(coverage80).toBeGreaterThanOrEqual(0.77)
    expect(coverage80).toBeLessThanOrEqual(0.83)
  })

  it('orders with a promise: no worse than the promise, and late is told better than by the share of late ones', () => {
    const { pinball, pinballPromise, brierLate, brierBase } = report('scms-orders-to-2012.csv', 'scms.map.json', true)
    expect(pinball).toBeLessThanOrEqual(pinballPromise ?? 0)
    expect(brierLate).toBeLessThan(brierBase ?? 0)
  })

  it('stages: 5 % better than all history, and as wide as it says', () => {
    const { pinball, pinballHistory, coverage80 } = report('production-stages-a.csv', 'stages.map.json', true)
    expect((pinball ?? 9) / (pinballHistory ?? 1)).toBeLessThanOrEqual(0.95)
    expect(coverage80).toBeGreaterThanOrEqual(0.75)
    expect(coverage80).toBeLessThanOrEqual(0.85)
  })
})

describe('on made-up histories', () => {
  /** Suppliers that differ, a drift halfway, some that come late in the day; a tenth takes thrice as long. */
  const history = (seed: number): Moment[] => {
    const random = createRandom(`history ${seed}`)
    const moments = Array.from({ length: 600 }, (_, index): Moment => {
      const at = index * 0.7 * DAY_MS
      const supplier = `s${Math.floor(random.next() * (index < 300 ? 6 : 12))}`
      const usual = 8 + 6 * Number(supplier.slice(1)) * (index < 400 ? 1 : 0.6)
      const days = Math.max(0.1, usual * Math.exp(0.35 * random.normal()) * (random.next() < 0.1 ? 3 : 1))
      const thin = `p${Math.floor(random.next() * 300)}`
      return {
        order: `${index}`,
        at,
        known: at + days * DAY_MS,
        days,
        promise: null,
        supplier,
        levels: [thin, supplier, null],
      }
    })
    return moments
  }

  it.each([1, 2])('%s: better than all history, and nearly as wide as it says', (seed) => {
    const { pinball, pinballHistory, coverage80 } = reportOf(walk(history(seed), settings))
    expect((pinball ?? 9) / (pinballHistory ?? 1)).toBeLessThan(0.93)
    expect(coverage80).toBeGreaterThan(0.72)
    expect(coverage80).toBeLessThan(0.88)
  })

  it('holds where nothing tells, and where there is nothing', () => {
    const noise = history(4).map((moment) => ({ ...moment, levels: ['same'] }))
    const { pinball, pinballHistory } = reportOf(walk(noise, settings))
    expect((pinball ?? 9) / (pinballHistory ?? 1)).toBeLessThan(1.05)
    expect(walk([], settings)).toEqual([])
  })
})

describe('the command', () => {
  const run = (...given: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'server/forecast-backtest.ts', ...given], {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      encoding: 'utf8',
    })

  it.each([
    [[], 'npm run forecast:backtest'],
    [['--file', 'x.csv', '--map', 'nowhere.json'], 'nowhere.json cannot be read'],
    [['--file', 'package.json', '--map', 'package.json'], 'package.json: from:'],
    [['--file', 'tsconfig.json', '--map', `${MAPS}scms.map.json`], 'tsconfig.json'],
  ])('says what is wrong in a sentence: %j', (given, sentence) => {
    const { status, stderr, stdout } = run(...given)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/^\s+at /m)
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
