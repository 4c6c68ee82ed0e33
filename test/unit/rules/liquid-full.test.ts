import { describe, expect, it } from 'vitest'
import { derivedLimits, fillingRule, type LimitRecord } from '../../../server/rules/derived-limits.ts'
import { liquidFull } from '../../../server/rules/liquid-full.ts'
import { factsWith, METHANOL, raisedBy, readingsOf, TANK } from './tank-trip.ts'

const filledTo = (fraction: number, celsius = 15) =>
  factsWith({ cargo: { ...METHANOL, filling: { fraction, celsius } } })
const calm = () => ({ temperature: 15, level: 0.9 })

type Kind = NonNullable<LimitRecord['tank']>['kind']
/** The same record as papers and page judge it, and as the detector is given it. */
const recordOf = (kind: Kind, provision: string | null, fraction: number, more: Partial<LimitRecord> = {}): LimitRecord => ({
  thermal: { sadt: null, sapt: null, control: null, emergency: null, reactivity: { kind: null, type: null, heating: null } },
  flashPoint: null, freezingPoint: null, liquefied: false, expansion: METHANOL.expansion, containment: null,
  tank: { kind, provision, pressures: { mawp: null, testPressure: null, relief: null, isPortable: false } },
  filling: { fraction, celsius: 15 }, ...more,
}) // biome-ignore format: one record
const factsOf = ({ tank, filling, expansion, liquefied }: LimitRecord) =>
  factsWith({
    cargo: { ...METHANOL, filling, expansion, liquefied },
    tank: tank === null ? null : { ...TANK, filling: fillingRule(tank) },
  })

describe('liquid-full', () => {
  it.each<[kind: Kind, provision: string | null, fraction: number, overfilled: boolean]>([
    ['portable-tank', null, 0.9297, false],
    ['portable-tank', null, 0.9305, true],
    ['portable-tank', 'TP1 TP27', 0.925, false],
    ['portable-tank', 'TP2 TP27', 0.9105, false],
    ['portable-tank', 'TP2 TP27', 0.925, true],
    ['ibc', null, 0.935, false],
    ['ibc', null, 0.9395, true],
    ['packaging', null, 0.935, false],
    ['packaging', null, 0.945, true],
    ['road-tank', null, 0.9395, false],
    ['road-tank', null, 0.97, false],
    [null, null, 0.97, false],
  ])(
    '%s %s filled to %d: an alarm exactly where the record says that it is overfilled',
    (kind, provision, fraction, overfilled) => {
      for (const more of [{}, { liquefied: true }, { expansion: null }, { tank: null }]) {
        const record = recordOf(kind, provision, fraction, more)
        const said = derivedLimits(record).filling?.overfilled ?? false
        const raised = raisedBy(liquidFull, readingsOf(2, () => ({ temperature: 15 })), factsOf(record)) // biome-ignore format: one call
        expect([said, raised.length > 0]).toEqual(
          Object.keys(more).length === 0 ? [overfilled, overfilled] : [false, false],
        )
      }
    },
  )

  it('of a road tank, of which no degree of filling follows, is said when the liquid is about to fill it', () => {
    const facts = factsOf(recordOf('road-tank', null, 0.97))
    const [alarm] = raisedBy(liquidFull, readingsOf(6, (hours) => ({ temperature: 15 + 6 * hours })), facts) // biome-ignore format: one call
    expect(alarm?.first.limit).toBe(0.98)
    expect(alarm?.priority).toBe('critical')
  })

  it('judges the filling on paper against TP1: 92.98 % at 15 °C', () => {
    expect(raisedBy(liquidFull, readingsOf(2, calm), filledTo(0.925))).toEqual([])
    const [alarm] = raisedBy(liquidFull, readingsOf(2, calm), filledTo(0.94))
    expect(alarm?.first).toMatchObject({ value: 0.94, limit: 0.9298 })
    expect(alarm?.priority).toBe('high')
  })

  it('judges the level that is measured, at the temperature that is measured', () => {
    const cargo = { ...METHANOL, filling: null }
    const warm = (level: number) => () => ({ temperature: 40, level })
    // 0.97/(1 + 0.001236·10) = 0.958 at 40 °C
    expect(raisedBy(liquidFull, readingsOf(2, warm(0.955)), factsWith({ cargo }))).toEqual([])
    expect(raisedBy(liquidFull, readingsOf(2, warm(0.975)), factsWith({ cargo })).length).toBe(1)
  })

  it('is critical where the liquid is about to fill the tank', () => {
    // filled to 0.9297 at 15 °C: 76.2 °C would fill it
    const course = (hours: number) => ({ temperature: 15 + 12 * hours, level: null })
    const [alarm] = raisedBy(liquidFull, readingsOf(6, course), filledTo(0.9297))
    expect(alarm?.priority).toBe('critical')
    expect(alarm?.first.figures?.fullAtCelsius).toBeCloseTo(76.2, 0)
    expect(alarm?.first.figures?.celsius).toBeLessThan(66)
  })

  it('does not apply the degree of filling to a liquefied gas', () => {
    const cargo = { ...METHANOL, liquefied: true, filling: { fraction: 0.95, celsius: 15 } }
    expect(raisedBy(liquidFull, readingsOf(2, calm), factsWith({ cargo }))).toEqual([])
  })

  it('says nothing where nothing is known', () => {
    expect(
      raisedBy(
        liquidFull,
        readingsOf(2, () => ({ temperature: 15 })),
        factsWith({ cargo: null, tank: null }),
      ),
    ).toEqual([])
  })
})
