import { afterEach, expect, it } from 'vitest'
import { sourceText } from '../../../dashboard/record/source-text.ts'
import { language } from '../../../dashboard/text/language.ts'
import { derivedLimits, type LimitRecord } from '../../../server/rules/derived-limits.ts'
import type { Needed } from '../../../server/rules/detector.ts'
import { type Facts, plainFacts } from '../../../server/rules/facts.ts'
import { limitsInForce, type OwnLimit } from '../../../server/rules/limits-in-force.ts'
import { rulesNotWatching } from '../../../server/rules/watching.ts'

afterEach(() => {
  language.value = 'en'
})

const KINDS = [null, 'organic-peroxide', 'self-reactive', 'polymerising', 'decomposing'] as const
const TANKS = [null, 'portable-tank', 'road-tank', 'ibc', 'packaging'] as const

/** Records of every shape that makes another sentence. */
const records = (): LimitRecord[] => {
  const all: LimitRecord[] = []
  for (const [i, kind] of KINDS.entries())
    for (const [sadt, sapt] of [[null, null], [35, null], [50, null], [52, null], [90, 46], [null, 44]] as const)
      for (const containment of ['packaging', 'ibc', 'tank'] as const)
        for (const tank of [...TANKS, 'none'] as const)
          for (const known of [true, false])
            all.push({
              thermal: { sadt, sapt, control: null, emergency: null, reactivity: { kind, type: i === 1 && known ? 'G' : null, heating: null } },
              flashPoint: known ? [11, 79][i % 2] ?? null : null,
              freezingPoint: known ? [-90, 5.5][i % 2] ?? null : null,
              liquefied: i === 4, expansion: 0.001, containment, filling: { fraction: 0.9, celsius: 15 },
              tank: tank === 'none' ? null : {
                kind: tank, provision: 'TP2',
                pressures: { mawp: known ? 4 : null, testPressure: sadt === 35 ? null : i % 2 === 0 ? 4 : 6, relief: sapt === 44 ? 3 : null, isPortable: tank === 'portable-tank' },
              },
            })
  all.push(...all.slice(0, 2).map((one) => ({ ...one, thermal: { ...one.thermal, control: 20, emergency: 25 } })))
  return all
} // biome-ignore format: a table

/** What rules lack, in every way. */
const factsOfAllKinds = (): Facts[] => {
  const cargo = { antoine: null, expansion: 0.001, liquefied: false, filling: { fraction: 0.9, celsius: 15 }, control: null, emergency: null, reactive: false }
  const tank = { capacityLitres: 1, mawp: null, testPressure: null, relief: null, filling: null }
  const antoine = { a: 8, b: 1582, c: 239, from: null, to: null }
  const trip = { origin: { lat: 0, lon: 0, radiusMetres: 1 }, destination: { lat: 0, lon: 0, radiusMetres: 1 }, corridor: null, stops: [], departAt: 0, eta: 0 }
  const plain = plainFacts({ temperature: { high: 30 } })
  return [
    plainFacts({}), plain, { ...plain, cargo }, { ...plain, cargo, tank }, { ...plain, cargo: { ...cargo, liquefied: true } },
    { ...plain, cargo: { ...cargo, expansion: null }, tank }, { ...plain, cargo: { ...cargo, filling: null }, tank }, { ...plain, cargo: { ...cargo, antoine }, trip },
  ]
} // biome-ignore format: a table

it('every sentence about a limit is there in Chinese', () => {
  const person = (side: OwnLimit['side'], value: number, loosens: number | null): OwnLimit => ({
    measure: 'temperature', side, value, setBy: 'Wang', reason: null, consent: loosens === null ? null : { by: 'Li', loosens },
  }) // biome-ignore format: one limit
  const sentences = new Set<string>()
  for (const record of records()) {
    const derived = derivedLimits(record)
    for (const own of [[person('high', 90, null), person('low', 70, null)], [person('high', 26, 20)], [person('high', 90, 80)], [person('high', 1, null), person('highHigh', 30, 1)], [person('high', 20, null)]]) {
      const found = limitsInForce(derived.limits, own)
      for (const limit of [...found.limits, ...found.overruled]) sentences.add(limit.rule)
      for (const limit of found.overruled) sentences.add(limit.because)
    }
    for (const { rule, because } of derived.disabled) sentences.add(rule).add(because)
    for (const { rule } of derived.advisory) sentences.add(rule)
    if (derived.filling !== null) sentences.add(derived.filling.rule)
    sentences.add(derived.temperatureControl.because)
  }
  for (const facts of factsOfAllKinds())
    for (const measured of [null, new Set<Needed>()])
      for (const { because } of rulesNotWatching(facts, measured, [])) sentences.add(because)
  expect(sentences.size).toBeGreaterThan(60)
  language.value = 'zh'
  // words of a source that is named inside of another sentence count too
  const untranslated = [...sentences].filter((one) => one !== '' && /\b(the|is|of|no|at|by|person|limit)\b/i.test(sourceText(one)))
  expect(untranslated).toEqual([])
}) // biome-ignore format: a table

it('a sentence of a newer server stands as it came', () => {
  language.value = 'zh'
  expect(sourceText('Something new.')).toBe('Something new.')
  expect(sourceText('SADT 90 °C is above 50 °C, up to which temperature control is required (ADR 2.2.52.1.15).')).toBe(
    'SADT 90 °C 高于须控温的上限 50 °C（ADR 2.2.52.1.15）。',
  )
})
