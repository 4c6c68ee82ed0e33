import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedTankPressure } from '../../../server/physics/closed-tank.ts'
import { vapourPressure } from '../../../server/physics/vapour-pressure.ts'
import { createFold } from '../../../server/rules/fold.ts'
import { pressureResidual } from '../../../server/rules/pressure-residual.ts'
import { INITIAL, type StreamState } from '../../../server/rules/state.ts'
import { factsWith, hoursAfter, METHANOL, raisedBy, readingsOf, START, TANK } from './tank-trip.ts'

const contents = {
  antoine: { a: 8.08097, b: 1582.27, c: 239.73, from: 15, to: 84 },
  expansion: 0.001236,
  filling: { fraction: 0.9, celsius: 20 },
}
const expected = (celsius: number) => closedTankPressure(contents, { pressure: 1.3, celsius: 20 }, celsius)
/** A day's swing of the liquid by two kelvin. */
const swing = (hours: number) => 20 + 2 * Math.sin((2 * Math.PI * hours) / 24)
const leaking = (share: number, from: number) => (hours: number) => {
  const temperature = swing(hours)
  const pad =
    (expected(temperature) - vapourPressure(contents.antoine, temperature)) *
    (1 - (1 - share) ** Math.max(0, hours - from))
  return { temperature, ambient: 20, pressure: expected(temperature) - pad }
}

describe('the pressure residual', () => {
  it('says nothing through three days and nights', () => {
    const readings = readingsOf(72, (hours) => ({
      temperature: swing(hours),
      ambient: 20,
      pressure: expected(swing(hours)),
    }))
    expect(raisedBy(pressureResidual, readings)).toEqual([])
  })

  it.each(['a', 'b', 'c', 'd'])('calls a loss of 2 %% of the pad an hour a leak, within 75 min (noise %s)', (seed) => {
    const [alarm] = raisedBy(pressureResidual, readingsOf(16, leaking(0.02, 12), { seed }))
    expect(alarm?.first.cause).toBe('leak')
    expect(alarm?.priority).toBe('high')
    expect(hoursAfter(alarm?.onset ?? 0)).toBeGreaterThan(12)
    expect(hoursAfter(alarm?.onset ?? 0)).toBeLessThan(13.25)
    expect(alarm?.first.value).toBeLessThan(0)
  })

  it('calls gas that forms gas evolution', () => {
    const forming = (hours: number) => ({
      temperature: swing(hours),
      ambient: 20,
      pressure: expected(swing(hours)) + 0.04 * Math.max(0, hours - 12),
    })
    const [alarm] = raisedBy(pressureResidual, readingsOf(15, forming))
    expect(alarm?.causes).toEqual(['gas-evolution'])
    expect(hoursAfter(alarm?.onset ?? 0)).toBeLessThan(13)
  })

  it('heating from outside is no alarm of its own, neither while it goes on nor when it ends', () => {
    const heated = (hours: number) => {
      const temperature = 20 + 4 * Math.min(3, Math.max(0, hours - 4))
      return { temperature, ambient: 18, pressure: expected(temperature) }
    }
    expect(raisedBy(pressureResidual, readingsOf(14, heated))).toEqual([])
  })

  const lifting = (hours: number) => ({
    temperature: 20,
    ambient: 20,
    pressure: hours < 4 ? 1.3 : hours < 5.5 ? 1.3 + 2 * (hours - 4) : 3.97,
  })

  it('a step down near the relief setting: lifted, critical at once', () => {
    const [alarm] = raisedBy(pressureResidual, readingsOf(6, lifting))
    expect(alarm?.causes).toEqual(['gas-evolution', 'relief-lifted'])
    expect(alarm?.priority).toBe('critical')
    expect(alarm?.last.figures).toMatchObject({ fromBar: expect.closeTo(4.3, 0), toBar: expect.closeTo(3.97, 1) })
  })

  it('says so too where the setting is not known', () => {
    const facts = factsWith({ tank: { ...TANK, relief: null } })
    expect(raisedBy(pressureResidual, readingsOf(6, lifting), facts)[0]?.causes.at(-1)).toBe('relief-lifted')
  })

  it('a step up without heat is a faulty sensor; a spike of one minute is nothing', () => {
    const step = (hours: number) => ({ temperature: 20, pressure: hours < 5 ? 1.3 : 1.9 })
    expect(raisedBy(pressureResidual, readingsOf(7, step))[0]?.causes).toEqual(['sensor-fault'])
    const spike = readingsOf(7, () => ({ temperature: 20, pressure: 1.3 })).map((reading, index) =>
      index === 200 ? { ...reading, pressure: 3 } : reading,
    )
    expect(raisedBy(pressureResidual, spike)).toEqual([])
  })

  it('a tank that is open to the air is left alone', () => {
    const vented = (hours: number) => ({ temperature: 20 + 8 * Math.sin(hours / 4), pressure: 1.013 })
    expect(raisedBy(pressureResidual, readingsOf(48, vented))).toEqual([])
  })

  it('works without any figure of the cargo: it learns in the first three hours', () => {
    const unknown = factsWith({ cargo: null, tank: null })
    const readings = readingsOf(72, (hours) => ({ temperature: swing(hours), pressure: expected(swing(hours)) }))
    expect(raisedBy(pressureResidual, readings, unknown)).toEqual([])
    const [alarm] = raisedBy(pressureResidual, readingsOf(30, leaking(0.03, 26)), unknown)
    expect(alarm?.causes).toEqual(['leak'])
    expect(hoursAfter(alarm?.onset ?? 0)).toBeGreaterThan(26)
  })

  it('does not take a stuck thermometer for gas', () => {
    const warming = readingsOf(20, (hours) => ({ temperature: 18 + 0.4 * hours, pressure: expected(18 + 0.4 * hours) }))
    const stuck = warming.map((reading) => ({
      ...reading,
      temperature: hoursAfter(reading.time) < 8 ? reading.temperature : 21.2,
    }))
    expect(raisedBy(pressureResidual, stuck)).toEqual([])
  })

  it('takes a new baseline where nobody knows what was done in between', () => {
    const readings = readingsOf(30, (hours) =>
      hours > 8 && hours < 16 ? null : { temperature: 20, pressure: hours < 12 ? 1.3 : 1.2 },
    )
    expect(raisedBy(pressureResidual, readings)).toEqual([])
  })

  it('a gauge sensor is not fooled by a mountain', () => {
    const random = readingsOf(8, (hours) => ({
      temperature: 20,
      pressure: 1.3 + 0.14 * Math.sin(Math.PI * Math.min(1, Math.max(0, hours - 3) / 3)),
    }))
    const driven = random.map((reading) => ({ ...reading, lat: 46 + 0.4 * hoursAfter(reading.time), lon: 8.6 }))
    expect(raisedBy(pressureResidual, driven, factsWith({ gauge: true }))).toEqual([])
    expect(raisedBy(pressureResidual, driven, factsWith({ gauge: false })).length).toBeGreaterThan(0)
  })

  it('needs nothing but its state: cut anywhere, and read back from JSON, it says the same', () => {
    const fold = createFold([], [pressureResidual])
    const readings = readingsOf(16, leaking(0.04, 12))
    const context = { versions: [{ from: START, facts: factsWith({ cargo: METHANOL }) }], from: START, to: null }
    const whole = fold(INITIAL, readings, context)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: readings.length - 1 }), (cut) => {
        const first = fold(INITIAL, readings.slice(0, cut), context)
        const kept: StreamState = JSON.parse(JSON.stringify(first.state))
        const second = fold(kept, readings.slice(cut), context)
        expect([...first.changes, ...second.changes]).toEqual(whole.changes)
        expect(second.state).toEqual(whole.state)
      }),
      { numRuns: 30 },
    )
    expect(JSON.stringify(whole.state.memory).length).toBeLessThan(1500)
  })
})
