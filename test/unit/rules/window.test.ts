import { describe, expect, it } from 'vitest'
import { countOf, isDue, remembered, rounded } from '../../../server/rules/cadence.ts'
import type { Columns } from '../../../server/rules/course.ts'
import { drivenBy, learnt, NO_WEATHER, type Weather } from '../../../server/rules/weather.ts'
import { meanSince, seriesOf, slopeOf, windowMs } from '../../../server/rules/window.ts'

const MINUTE = 60_000
const columns = (values: (number | null)[], everyMs = MINUTE): Columns => ({
  time: values.map((_, index) => index * everyMs),
  temperature: values,
  pressure: [],
  level: [],
  ambient: [],
})
const seriesOfAll = (of: Columns, most: number) => seriesOf(of, 0, most, (index) => of.temperature[index] ?? null)

describe('a window of the course', () => {
  const hour = columns(Array.from({ length: 60 }, (_, index) => 20 + index / 60))

  it('is thinned to means, in hours before its end', () => {
    const { hours, values } = seriesOfAll(hour, 20)
    expect(hours.length).toBe(20)
    expect(values[0]).toBeCloseTo(20 + 1 / 60, 9)
    expect(hours[0]).toBeCloseTo(-58 / 60, 9)
    expect(slopeOf({ hours, values }, MINUTE, 0.95)?.slope).toBeCloseTo(1, 9)
  })

  it('leaves out what was not measured', () => {
    const holes = columns(hour.temperature.map((value, index) => (index % 3 === 0 ? null : value)))
    expect(slopeOf(seriesOfAll(holes, 20), MINUTE, 0.95)?.slope).toBeCloseTo(1, 6)
    expect(meanSince(holes, holes.temperature, 57 * MINUTE)).toBeCloseTo(20 + 58.5 / 60, 9)
    expect(meanSince(holes, holes.temperature, 99 * MINUTE)).toBeNull()
  })

  it('tells nothing below a quarter of an hour, five points, or three reporting intervals', () => {
    expect(slopeOf(seriesOfAll(columns([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 20), MINUTE, 0.95)).toBeNull()
    expect(slopeOf(seriesOfAll(columns([1, 2, 3, 4], 10 * MINUTE), 20), 10 * MINUTE, 0.95)).toBeNull()
    expect(slopeOf(seriesOfAll(columns([1, 2, 3, 4, 5], 5 * MINUTE), 20), 10 * MINUTE, 0.95)).toBeNull()
    expect(slopeOf(seriesOfAll(columns([1, 2, 3, 4, 5], 10 * MINUTE), 20), 10 * MINUTE, 0.95)?.slope).toBeCloseTo(6)
  })

  it('is longer where readings are rarer', () => {
    expect(windowMs(30, MINUTE)).toBe(30 * MINUTE)
    expect(windowMs(30, 30 * MINUTE)).toBe(180 * MINUTE)
  })
})

describe('what is done now and then', () => {
  it('is due once in each stretch of the clock, by event time', () => {
    expect(isDue(null, 9 * MINUTE, 5 * MINUTE)).toBe(true)
    expect(isDue(5 * MINUTE, 9 * MINUTE, 5 * MINUTE)).toBe(false)
    expect(isDue(5 * MINUTE, 10 * MINUTE, 5 * MINUTE)).toBe(true)
  })

  it('remembers the newest n of m', () => {
    const bits = [true, false, true, true].reduce((before, answer) => remembered(before, answer, 3), 0)
    expect(countOf(bits)).toBe(2)
    expect(countOf(remembered(bits, false, 3))).toBe(2)
  })

  it('rounds so that JSON gives the same back', () => {
    expect(Object.is(rounded(-0.000001), 0)).toBe(true)
    expect(rounded(1.23456)).toBe(1.2346)
  })
})

describe('what the weather can drive', () => {
  const taught = (rate: number, hours: number): Weather => {
    let weather = NO_WEATHER
    for (let ten = 0; ten < hours * 6; ten++) weather = learnt(weather, -rate * 15, 20, 5)
    return weather
  }

  it('is that of a bare tank until something is learnt, and less for an insulated one afterwards', () => {
    const before = drivenBy(NO_WEATHER, 20, 30, 24_000, 9)
    expect(before).toBeGreaterThan(2)
    expect(drivenBy(taught(0.01, 4), 20, 30, 24_000, 9)).toBeLessThan(before / 2)
  })

  it('never grows beyond a bare tank, whatever it was taught; a small one is quicker', () => {
    expect(drivenBy(taught(3, 48), 20, 30, 24_000, 9)).toBe(drivenBy(NO_WEATHER, 20, 30, 24_000, 9))
    expect(drivenBy(NO_WEATHER, 20, 30, 1_000, 9)).toBeGreaterThan(drivenBy(NO_WEATHER, 20, 30, 24_000, 9))
  })

  it('is next to nothing where it is warmer than sun and air together, and what was said where the air is not known', () => {
    expect(drivenBy(NO_WEATHER, 60, 20, 24_000, 9)).toBeLessThan(0.5)
    expect(drivenBy(NO_WEATHER, 60, null, 24_000, 9)).toBe(9)
  })
})
