import { describe, expect, it } from 'vitest'
import { sensorFrozen } from '../../../server/rules/sensor-frozen.ts'
import { hoursAfter, raisedBy, readingsOf } from './tank-trip.ts'

const calm = (hours: number) => ({ temperature: 20 + Math.sin(hours), pressure: 1.3 })
const frozen = (from: number, to: number) =>
  readingsOf(12, calm).map((reading) => {
    const hours = hoursAfter(reading.time)
    return hours >= from && hours < to ? { ...reading, temperature: 20.37 } : reading
  })

describe('a frozen sensor', () => {
  it('is found in less than half an hour, and is over when it moves', () => {
    const [alarm, ...others] = raisedBy(sensorFrozen, frozen(4, 7))
    expect(others).toEqual([])
    expect(alarm?.first).toMatchObject({ cause: 'sensor-fault', figures: { temperature: 20.37 } })
    expect(hoursAfter(alarm?.onset ?? 0)).toBeLessThan(4.5)
    expect(hoursAfter(alarm?.clearedAt ?? 0)).toBeCloseTo(7, 1)
  })

  it('does not call a coarse sensor on a calm tank stuck: it learns how long it repeats itself', () => {
    // half a degree of resolution, a day's swing of two kelvin: the same value for an hour or two
    const coarse = readingsOf(96, (hours) => ({ temperature: 20 + Math.sin((2 * Math.PI * hours) / 24) }), { noise: 0 })
    const quantised = coarse.map((reading) => ({
      ...reading,
      temperature: Math.round(2 * (reading.temperature ?? 0)) / 2,
    }))
    expect(raisedBy(sensorFrozen, quantised)).toEqual([])
  })

  it('the same value before and after a gap is no repetition', () => {
    const readings = frozen(4, 6).filter(({ time }) => hoursAfter(time) < 4.1 || hoursAfter(time) > 5.9)
    expect(raisedBy(sensorFrozen, readings)).toEqual([])
  })

  it('finds the pressure too', () => {
    const stuck = readingsOf(8, calm).map((reading) => ({
      ...reading,
      pressure: hoursAfter(reading.time) < 5 ? reading.pressure : 1.31,
    }))
    expect(raisedBy(sensorFrozen, stuck)[0]?.first.figures?.pressure).toBe(1.31)
  })
})
