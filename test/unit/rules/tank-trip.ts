import type { Detector } from '../../../server/rules/detector.ts'
import { type Facts, plainFacts } from '../../../server/rules/facts.ts'
import { createFold } from '../../../server/rules/fold.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { createRandom } from '../../../simulators/random.ts'
import { drive, type Raised, sampled } from '../../bench/alarms/drive.ts'

export const START = Date.parse('2026-05-12T00:00:00Z')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** What is measured at an hour after the start; what is left out is not measured. */
export type Course = (hours: number) => Partial<Pick<Sampled, 'temperature' | 'pressure' | 'level' | 'ambient'>> | null

const NOISE = { temperature: 0.14, pressure: 0.006, level: 0.001, ambient: 0.1 }

/** Readings, one a minute unless said, with the noise of the study's sensors; null is a gap. */
export const readingsOf = (
  hours: number,
  course: Course,
  { everyMs = MINUTE, noise = 1, seed = 'tank' } = {},
): Sampled[] => {
  const random = createRandom(seed)
  const readings: Sampled[] = []
  for (let ms = 0; ms < hours * HOUR; ms += everyMs) {
    const values = course(ms / HOUR)
    if (values === null) continue
    const noisy = (measure: keyof typeof NOISE) => {
      const value = values[measure] ?? null
      return value === null ? null : value + noise * NOISE[measure] * random.normal()
    }
    readings.push(
      sampled({
        time: START + ms,
        temperature: noisy('temperature'),
        pressure: noisy('pressure'),
        level: noisy('level'),
        ambient: noisy('ambient'),
      }),
    )
  }
  return readings
}

export const METHANOL: NonNullable<Facts['cargo']> = {
  antoine: { a: 8.08097, b: 1582.27, c: 239.73, from: 15, to: 84 },
  expansion: 0.001236,
  liquefied: false,
  filling: { fraction: 0.9, celsius: 20 },
  control: null,
  emergency: null,
  reactive: false,
}
export const TANK: NonNullable<Facts['tank']> = {
  capacityLitres: 24_000,
  mawp: 3.7,
  testPressure: 5,
  relief: 4.34,
  filling: 'TP1',
}

export const factsWith = (changes: Partial<Facts> = {}): Facts => ({
  ...plainFacts({}),
  cargo: METHANOL,
  tank: TANK,
  ...changes,
})

/** What one detector alone raises. */
export const raisedBy = (detector: Detector, readings: readonly Sampled[], facts: Facts = factsWith()): Raised[] =>
  drive(createFold([], [detector]), readings, facts).filter(({ rule }) => rule === detector.id)

export const hoursAfter = (ms: number): number => (ms - START) / HOUR
