import { TANK_DETECTORS } from '../../../server/rules/detectors.ts'
import { createFold, fold } from '../../../server/rules/fold.ts'
import { INITIAL } from '../../../server/rules/state.ts'
import { createRandom } from '../../../simulators/random.ts'
import { sampled } from './drive.ts'
import { factsOf } from './facts.ts'
import { simulate } from './trips.ts'

/** A day of one-second readings: the minutes of a simulated one, a reading a second in between. */
export const secondlyDay = () => {
  const trip = simulate('normal', 'day', 0, 1)
  const facts = factsOf(trip)
  const random = createRandom('day')
  const readings = trip.readings.flatMap((reading) =>
    Array.from({ length: 60 }, (_, second) =>
      sampled({
        ...reading,
        time: reading.time + second * 1000,
        temperature: (reading.temperature ?? 0) + 0.14 * random.normal(),
        pressure: (reading.pressure ?? 0) + 0.006 * random.normal(),
        extra: null,
      }),
    ),
  )
  return { facts, readings }
}

/** ms to fold a day of one-second readings of one stream, in memory: with the tank's detectors alone, with none, and with all rules. */
export const measureDay = (rounds: number): { tank: number; none: number; all: number } => {
  const { facts, readings } = secondlyDay()
  const from = readings[0]?.time ?? 0
  const secondly = { ...facts, intervalMs: 1000, reportMs: 1000 }
  const context = { versions: [{ from, facts: secondly }], from, to: null }
  const best = (folded: typeof fold): number => {
    let least = Number.POSITIVE_INFINITY
    for (let round = 0; round < rounds; round++) {
      const began = performance.now()
      folded(INITIAL, readings, context)
      least = Math.min(least, performance.now() - began)
    }
    return least
  }
  return { tank: best(createFold([], TANK_DETECTORS)), none: best(createFold([], [])), all: best(fold) }
}
