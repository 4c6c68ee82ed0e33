import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Facts, plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { type Change, INITIAL, type StreamContext } from '../../../server/rules/state.ts'
import { sampled } from '../../setup/sampled.ts'

const MINUTE = 60_000
const START = Date.parse('2026-05-01T00:00:00Z')
const circle = (lon: number) => ({ lat: 31, lon, radiusMetres: 1_000 })
const facts: Facts = {
  ...plainFacts({}),
  trip: {
    origin: circle(121),
    destination: circle(122),
    corridor: null,
    stops: [circle(121.5)],
    departAt: START,
    eta: START,
  },
}
const context = (more: Partial<Facts> = {}): StreamContext => ({
  versions: [{ from: 0, facts: { ...facts, ...more } }],
  from: 0,
  to: null,
})
/** A reading a minute; each place as a longitude on one parallel (0.01° is some 950 m). */
const way = (lons: readonly number[]): Sampled[] =>
  lons.map((lon, minute) => sampled({ time: START + minute * MINUTE, lat: 31, lon }))
const stay = (lon: number, minutes: number): number[] => Array(minutes).fill(lon)
const drive = (from: number, to: number, minutes: number): number[] =>
  Array.from({ length: minutes }, (_, i) => from + ((to - from) * (i + 1)) / minutes)
const told = (readings: readonly Sampled[], more: Partial<Facts> = {}) =>
  fold(INITIAL, readings, context(more)).changes.map(
    ({ rule, kind, excursion, ...change }: Change & { clearedAt?: number }) =>
      `${rule} ${kind} ${Math.round(((kind === 'cleared' ? (change.clearedAt ?? 0) : excursion.onset) - START) / MINUTE)}`,
  )

describe('a trip', () => {
  const trip = [...stay(121, 30), ...drive(121, 122, 80), ...stay(122, 30)]

  it('departs once, since it went, and arrives once, since it came', () => {
    expect(told(way(trip))).toEqual(['departure raised 31', 'departure cleared 62', 'arrival raised 109'])
  })

  it('through a dead spot at its end arrives when it is seen there', () => {
    const readings = way(trip).filter(({ time }) => time < START + 60 * MINUTE || time > START + 120 * MINUTE)
    expect(told(readings).filter((text) => text.startsWith('arrival'))).toEqual(['arrival raised 121'])
  })

  it('that rests at a known place says nothing, at another that it stands', () => {
    const rest = (lon: number) => [...drive(121, lon, 40), ...stay(lon, 90), ...drive(lon, 122, 40)]
    const stops = (lon: number) => told(way(rest(lon))).filter((text) => text.startsWith('unplanned-stop'))
    expect(stops(121.5)).toEqual([])
    expect(stops(121.7)).toEqual(['unplanned-stop raised 39', 'unplanned-stop cleared 130'])
  })

  it('that leaves its planned way is told, and when it is back', () => {
    const corridor = {
      points: [
        [31, 121],
        [31, 122],
      ] as [number, number][],
      metres: 2_000,
    }
    const readings = way(drive(121, 122, 100)).map((reading, minute) => ({
      ...reading,
      lat: minute >= 40 && minute < 60 ? 31.05 : 31,
    }))
    const changes = told(readings, { trip: { ...(facts.trip ?? fail()), corridor } })
    expect(changes.filter((text) => text.startsWith('corridor'))).toEqual([
      'corridor-left raised 40',
      'corridor-left cleared 65',
    ])
  })

  it('for every jitter about the edge of a circle there is one arrival at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.002, max: 0.002, noNaN: true }), { minLength: 30, maxLength: 300 }),
        (jitter) => {
          // 1,000 m are 0.0105° here
          const readings = way([...drive(121, 121.9895, 60), ...jitter.map((degrees) => 121.9895 + degrees)])
          expect(told(readings).filter((text) => text.startsWith('arrival raised')).length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 50 },
    )
  })
})
const fail = (): never => {
  throw new Error('no trip')
}

describe('what a device says of itself', () => {
  const at = (minute: number, more: Partial<Sampled>) => sampled({ time: START + minute * MINUTE, ...more })
  const minutes = (count: number, more: (minute: number) => Partial<Sampled>) =>
    Array.from({ length: count }, (_, minute) => at(minute, more(minute)))
  it.each([
    [
      'shocks within ten minutes are one',
      minutes(20, (minute) => ({ shock: minute === 0 || minute === 5 ? 4 : 0.1 })),
      ['shock raised 0', 'shock cleared 6'],
    ],
    [
      'a tilt',
      minutes(20, (minute) => ({ extra: { tilt: minute === 0 ? 45 : 2 } })),
      ['tilt raised 0', 'tilt cleared 1'],
    ],
    [
      'a battery that recovers a little',
      minutes(3, (minute) => ({ battery: [14, 17, 21][minute] ?? null })),
      ['battery-low raised 0', 'battery-low cleared 2'],
    ],
  ])('%s', (_, readings, changes) => {
    expect(told(readings)).toEqual(changes)
  })

  const hour = (lag: (minute: number) => number) =>
    Array.from({ length: 60 }, (_, minute) =>
      sampled({ time: START + minute * MINUTE, receivedAt: START + (minute + lag(minute)) * MINUTE }),
    )
  it.each([
    ['behind by 12 min: its clock is wrong', () => 12, 1],
    ['ahead by 3 min: its clock is wrong', () => -3, 1],
    ['quick', () => 0.01, 0],
    ['a backlog of an hour that comes at once: its clock is right', (minute: number) => 60 - minute, 0],
    ['in messages of ten readings', (minute: number) => 9 - (minute % 10), 0],
  ])('a device that is %s', (_, lag, alarms) => {
    expect(told(hour(lag)).filter((text) => text === 'clock-skew raised 19')).toHaveLength(alarms)
  })
})

describe('readings that cannot be', () => {
  const cargo = {
    antoine: { a: 8.08097, b: 1582.27, c: 239.73, from: 15, to: 84 },
    expansion: 0.0012, liquefied: false, filling: null, control: null, emergency: null, reactive: false,
  } // biome-ignore format: one cargo
  const course = (temperatures: number[], pressure = 1.3) =>
    temperatures.map((temperature, minute) =>
      sampled({
        time: START + minute * MINUTE,
        temperature: temperature + (minute % 3) / 100,
        pressure: pressure + (minute % 5) / 1000,
      }),
    )
  const impossible = (readings: Sampled[]) =>
    told(readings, { cargo }).filter((text) => text.startsWith('sensor-impossible'))

  it('a bulk that jumps by 30 K and back again', () => {
    expect(impossible(course([...Array(40).fill(20), 50, 50, 20, 20, 20]))).toEqual(['sensor-impossible raised 40'])
  })
  it('a short test by hand is none', () => expect(impossible(course([20, 50, 20, 60, 20, 20]))).toEqual([]))
  it('a pressure far below the vapour pressure, for a quarter of an hour', () => {
    expect(impossible(course(Array(40).fill(60), 0.2))).toEqual(['sensor-impossible raised 14'])
    expect(impossible(course(Array(40).fill(60), 0.8))).toEqual([])
  })
})
