import { describe, expect, it } from 'vitest'
import { TANK_DETECTORS } from '../../../server/rules/detectors.ts'
import { createFold } from '../../../server/rules/fold.ts'
import { createDevice } from '../../../simulators/device.ts'
import { substanceOf } from '../../../simulators/substance.ts'
import { drive, sampled } from '../../bench/alarms/drive.ts'
import { factsOf } from '../../bench/alarms/facts.ts'
import { simulate, type Trip } from '../../bench/alarms/trips.ts'

const fold = createFold([], TANK_DETECTORS)
const alarmsOf = (trip: Trip) =>
  drive(
    fold,
    trip.readings.map((reading) => sampled({ ...reading, extra: null })),
    factsOf(trip),
  )

const DAY = 24 * 3_600_000

/** domain facts, section 9, item 4; the simulated tank is off from the literature by up to a tenth */
describe("a simulated tank, with the simulators' own physics", () => {
  it('of methanol: thirty days and nights, and no alarm', () => {
    const from = Date.parse('2026-06-01T00:00:00Z')
    const readings = createDevice({
      id: 'thirty-days', seed: 'thirty', boot: 0, substanceCas: '67-56-1', route: 'houston-monterrey', scenario: 'normal',
      startedAt: from, intervalSeconds: 60, pressureReference: 'absolute',
      sensors: { temperature: [-40, 100], pressure: [0, 6], noiseShare: 0.001 },
    }).advance(from + 30 * DAY) // biome-ignore format: a property a word
    const trip: Trip = {
      name: 'thirty days', scenario: 'normal', substance: substanceOf('67-56-1'), days: 30,
      onsetMs: Number.POSITIVE_INFINITY, emergencyMs: null, liftedMs: null, readings, intervalSeconds: 60,
      pressureReference: 'absolute',
    } // biome-ignore format: a property a word
    const alarms = alarmsOf(trip)
    expect(alarms.filter(({ rule }) => rule === 'pressure-residual')).toEqual([])
    expect(alarms.filter(({ priority }) => priority === 'critical' || priority === 'high')).toEqual([])
  }, 60_000)

  it.each([0, 1, 2, 3])('a leak of 2 %% an hour is found and called one (trip %d)', (index) => {
    const trip = simulate('leak', 'unit', index, 2)
    const alarm = alarmsOf(trip).find(({ rule, onset }) => rule === 'pressure-residual' && onset >= trip.onsetMs)
    expect(alarm?.first.cause).toBe('leak')
    expect((alarm?.onset ?? Number.POSITIVE_INFINITY) - trip.onsetMs).toBeLessThan(3 * 3_600_000)
  })

  it.each([0, 1, 2])(
    'self-heating is warned of at least two hours before the emergency temperature (trip %d)',
    (index) => {
      const trip = simulate('self-heating', 'unit', index, 2)
      const emergency = trip.emergencyMs ?? Number.NaN
      if (emergency - trip.onsetMs < 2.5 * 3_600_000) return
      const alarm = alarmsOf(trip).find(({ rule, onset }) => rule === 'self-heating' && onset >= trip.onsetMs)
      expect(emergency - (alarm?.onset ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(2 * 3_600_000)
    },
  )
})
