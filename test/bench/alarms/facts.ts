import { ATMOSPHERE_BAR } from '../../../server/model/reading.ts'
import { type Facts, SETTINGS } from '../../../server/rules/facts.ts'
import type { Trip } from './trips.ts'

/**
 * What a desk would have written down for a trip: figures of the literature and of the papers. The simulated tank is off
 * from them by up to 10 %, each tank in its own way.
 */
export const factsOf = (trip: Trip): Facts => {
  const { substance } = trip
  const [a, b, c] = substance.antoine
  const { temperature } = substance.limits
  const isUnknown = trip.scenario.endsWith('unknown-cargo')
  const reactive = substance.reactionHeat !== undefined
  return {
    limits: substance.limits,
    phase: 'in-transit',
    cargo: isUnknown
      ? null
      : {
          antoine: { a, b, c, from: null, to: null },
          expansion: substance.expansion,
          liquefied: substance.liquefied === true,
          filling: { fraction: substance.loaded.fill, celsius: substance.loaded.temperature },
          control: reactive ? temperature.high : null,
          emergency: reactive ? temperature.highHigh : null,
          reactive,
        },
    tank: isUnknown
      ? null
      : {
          capacityLitres: 24_000,
          mawp: substance.reliefBar / 1.25 + ATMOSPHERE_BAR,
          testPressure: substance.reliefBar * 1.2 + ATMOSPHERE_BAR,
          relief: substance.reliefBar + ATMOSPHERE_BAR,
          filling: 'TP1',
        },
    trip: trip.way ?? null,
    intervalMs: trip.intervalSeconds * 1000,
    reportMs: trip.intervalSeconds * 1000,
    gauge: trip.pressureReference === 'gauge',
    settings: SETTINGS,
    outOfService: [],
  }
}
