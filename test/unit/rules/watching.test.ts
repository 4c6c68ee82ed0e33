import { describe, expect, it } from 'vitest'
import { RULES } from '../../../server/model/alarm.ts'
import type { Needed } from '../../../server/rules/detector.ts'
import { type Fold, fold } from '../../../server/rules/fold.ts'
import { pressureResidual } from '../../../server/rules/pressure-residual.ts'
import { INITIAL } from '../../../server/rules/state.ts'
import { rulesNotWatching } from '../../../server/rules/watching.ts'
import { cureOf } from '../../../server/store/alarm-quality.ts'
import { factsWith, METHANOL, readingsOf, START } from './tank-trip.ts'

const ALL: ReadonlySet<Needed> = new Set<Needed>(['temperature', 'pressure', 'level', 'ambient', 'position'])
const without = (measure: Needed) => new Set([...ALL].filter((one) => one !== measure))
const limits = { temperature: { high: 40 } }
const said = (facts = factsWith({ limits }), measured: ReadonlySet<Needed> | null = ALL) =>
  rulesNotWatching(facts, measured, [])
    .filter(({ because }) => !because.startsWith('Neither origin') && !because.startsWith('No planned way'))
    .map(({ rule, partly }) => `${rule}${partly ? ' in part' : ''}`)
const stateAfter = (as: Fold, pressure: (hours: number) => number) => {
  const readings = readingsOf(6, (hours) => ({ temperature: 20 + hours, pressure: pressure(hours) }))
  const facts = factsWith({ limits })
  return as(INITIAL, readings, { versions: [{ from: START, facts }], from: START, to: null }).state
}

describe('which rules do not watch', () => {
  it('none where all is known and measured', () => expect(said()).toEqual([]))

  it('what is missing disables only the rules that need it', () => {
    expect(said(factsWith({ limits: {} }))).toEqual(['time-to-limit'])
    expect(said(factsWith({ limits, cargo: { ...METHANOL, expansion: null } }))).toEqual(['liquid-full in part'])
    expect(said(factsWith({ limits, cargo: { ...METHANOL, filling: null } }), without('level'))).toEqual([
      'liquid-full',
    ])
    expect(said(factsWith({ limits, cargo: { ...METHANOL, antoine: null } }))).toEqual([
      'pressure-residual in part',
      'sensor-impossible in part',
    ])
    expect(said(factsWith({ limits }), without('pressure'))).toEqual(['pressure-residual'])
    expect(said(factsWith({ limits }), without('ambient'))).toEqual(['self-heating'])
    expect(said(factsWith({ limits, cargo: { ...METHANOL, reactive: true } }), without('ambient'))).toEqual([])
    // before anything has come nobody knows what it will be
    expect(said(factsWith({ limits }), null)).toEqual([])
  })

  it('a tank that is open to the air: its pressure tells nothing, and that is said', () => {
    const vented = stateAfter(fold, () => 1.01)
    const closed = stateAfter(fold, (hours) => 1.3 + 0.03 * hours)
    const of = (states: (typeof vented)[]) =>
      rulesNotWatching(factsWith({ limits }), ALL, states).filter(({ rule }) => rule === pressureResidual.id)
    expect(of([vented])).toMatchObject([{ because: expect.stringMatching(/may be vented/), partly: false }])
    expect(of([closed])).toEqual([])
    expect(of([vented, closed])).toEqual([])
  })

  it('what rests by design in a phase is none of it', () => {
    expect(said(factsWith({ limits: {}, phase: 'cleaning' }))).toEqual([])
  })
})

it('what cures a rule is a limit only where the rule is about one', () => {
  const byLimit = RULES.filter((rule) => cureOf(rule, false, 60) === 'limit')
  expect(byLimit.every((rule) => /^(temperature|pressure|level)-(high|low)/.test(rule))).toBe(true)
  expect(byLimit.length).toBe(12)
  expect(cureOf('pressure-residual', false, 60)).toBe('tank')
  expect(cureOf('pressure-residual', true, 1)).toBe('outOfService')
  expect([cureOf('liquid-full', false, 60), cureOf('corridor-left', false, 60)]).toEqual(['filling', 'corridor'])
})
