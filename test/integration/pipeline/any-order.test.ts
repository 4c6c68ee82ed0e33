import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exposureOf } from '../../../server/store/exposure.ts'
import { asOrganisation, openPool, type Pool } from '../../../server/store/pool.ts'
import type { NumberedReading } from '../../../simulators/device.ts'
import { type StudyScenario, simulate, type Trip } from '../../bench/alarms/trips.ts'
import { type Rig, startRig } from './rig.ts'

const HOUR = 3_600_000

/** A simulated trip around its event, ended an hour ago: its device and shipment are set up twice, in order and not. */
const tripOf = (scenario: StudyScenario): Trip => {
  for (let index = 0; ; index++) {
    const trip = simulate(scenario, 'any-order', index, 1.2)
    const began = trip.readings[0]?.time ?? 0
    const middle = scenario === 'normal' ? began + 6 * HOUR : trip.onsetMs
    // the calm before is what detectors compare with
    if (middle - began < 6 * HOUR || middle - began > 20 * HOUR) continue
    const readings = trip.readings.filter(({ time }) => time > middle - 6 * HOUR && time < middle + 5 * HOUR)
    const shift = Date.now() - HOUR - (readings.at(-1)?.time ?? 0)
    return { ...trip, readings: readings.map((one) => ({ ...one, time: one.time + shift })) }
  }
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true })
/** What happens on the way, in shares of the trip: small to print when it fails. */
const way = fc.record({
  kept: fc.array(fc.record({ from: share, count: fc.integer({ min: 5, max: 200 }) }), { maxLength: 4 }),
  backwards: fc.boolean(),
  strays: fc.array(fc.tuple(share, share), { maxLength: 15 }),
  again: fc.array(share, { maxLength: 60 }),
  sizes: fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 6 }),
  restartAfter: fc.nat(6),
})
type Way = typeof way extends fc.Arbitrary<infer T> ? T : never

/** Stretches that were kept in a dead zone and come later, a few strays, and repetitions. */
const arrivalOf = (readings: readonly NumberedReading[], { kept, backwards, strays, again }: Way) => {
  const at = (part: number): number => Math.floor(part * readings.length)
  const late = new Set(kept.flatMap(({ from, count }) => Array.from({ length: count }, (_, i) => at(from) + i)))
  const then = readings.filter((_, index) => late.has(index))
  const order = [...readings.filter((_, index) => !late.has(index)), ...(backwards ? then.toReversed() : then)]
  for (const [a, b] of strays) {
    const [one, other] = [order[at(a)], order[at(b)]]
    if (one !== undefined && other !== undefined) [order[at(a)], order[at(b)]] = [other, one]
  }
  return [...order, ...again.flatMap((part) => readings[at(part)] ?? [])]
}

/** What each scenario is to be called. */
const FINDS: Partial<Record<StudyScenario, string>> = {
  leak: 'leak',
  'self-heating': 'self-heating',
  'relief-lifted': 'relief-lifted',
  'frozen-sensor': 'sensor-fault',
}

const body = (readings: readonly NumberedReading[]) => ({ readings })

describe('a trip, in any order of arrival, with repetitions, over restarts', () => {
  const scenarios: StudyScenario[] = ['leak', 'self-heating', 'relief-lifted', 'frozen-sensor', 'normal']
  const runs = 2
  let rig: Rig
  let people: Pool
  const trips = new Map<StudyScenario, Trip>()
  beforeAll(async () => {
    rig = await startRig({ devices: scenarios.length * (runs + 1) })
    for (const [place, scenario] of scenarios.entries()) {
      const trip = tripOf(scenario)
      trips.set(scenario, trip)
      for (let run = 0; run <= runs; run++) await prepare(place * (runs + 1) + 1 + run, trip)
    }
    await rig.restart()
    const say = () => undefined
    people = openPool(rig.url, { role: 'zaitu_app', max: 1, log: { debug: say, info: say, warn: say, error: say } })
  })
  afterAll(async () => {
    await people?.end()
    await rig?.close()
  })

  /** What a desk writes down for the trip, before anything comes. */
  const prepare = async (device: number, trip: Trip): Promise<void> => {
    const { substance } = trip
    await rig.owner.query(
      `with tank as (
         insert into tanks (org_id, name, capacity_litres, mawp_bar, test_pressure_bar, relief_pressure_bar, kind)
         values ($1, $2, 24000, $3, $4, $5, 'portable-tank') returning id)
       update shipments set tank_id = tank.id, packaging = 'tank', filling = $6::jsonb,
         substance_id = (select id from substances where cas = $7 and org_id is null limit 1)
       from tank where shipments.id = $8`,
      [
        rig.orgId, `tank ${device}`, substance.reliefBar / 1.25, substance.reliefBar * 1.2, substance.reliefBar,
        JSON.stringify({ fraction: substance.loaded.fill, celsius: substance.loaded.temperature }), substance.cas,
        rig.shipments[device - 1],
      ],
    ) // biome-ignore format: the parameters, in their order
    await rig.owner.query('update shipment_limits set limits = $2::jsonb where shipment_id = $1', [
      rig.shipments[device - 1],
      JSON.stringify(substance.limits),
    ])
    await rig.owner.query(`update devices set interval_seconds = 60, report_seconds = 60 where code = $1`, [
      `d${device}`,
    ])
  }

  const alarmsOf = async (device: number): Promise<{ rule: string; cause: string | null }[]> =>
    (
      await rig.owner.query<{ alarm: { rule: string; cause: string | null } }>(
        `select json_build_object('rule', rule, 'onset', onset, 'clearedAt', cleared_at, 'value', value, 'limit', limit_value, 'cause', cause) as alarm
         from alarms where not void and not recovered and shipment_id = $1 order by onset, rule`,
        [rig.shipments[device - 1]],
      )
    ).rows.map(({ alarm }) => alarm)

  const exposure = async (device: number, trip: Trip) => {
    const [from, to] = [trip.readings[0]?.time ?? 0, trip.readings.at(-1)?.time ?? 0]
    return asOrganisation(people, { orgId: rig.orgId }, (tx) =>
      exposureOf(tx, rig.shipments[device - 1] ?? '', { from, to }),
    )
  }

  it.each(scenarios.map((scenario, place) => [scenario, place * (runs + 1) + 1] as const))(
    '%s: the same alarms and the same exposure as in its own order',
    async (scenario, straight) => {
      const trip = trips.get(scenario)
      if (trip === undefined) throw new Error(`no trip of ${scenario}`)
      for (let at = 0; at < trip.readings.length; at += 100)
        await rig.send(straight, body(trip.readings.slice(at, at + 100)))
      await rig.settled()
      const expected = await alarmsOf(straight)
      expect(expected.map(({ rule, cause }) => cause ?? rule)).toEqual(
        scenario === 'normal' ? [] : expect.arrayContaining([FINDS[scenario]]),
      )
      let device = straight
      await fc.assert(
        fc.asyncProperty(way, async (taken) => {
          device++
          const arrival = arrivalOf(trip.readings, taken)
          let messages = 0
          for (let at = 0; at < arrival.length; messages++) {
            const size = taken.sizes[messages % taken.sizes.length] ?? 1
            await rig.send(device, body(arrival.slice(at, at + size)))
            at += size
            if (messages === taken.restartAfter) await rig.restart()
          }
          await rig.settled()
          expect(await alarmsOf(device)).toEqual(expected)
          expect(await exposure(device, trip)).toEqual(await exposure(straight, trip))
        }),
        { numRuns: runs, endOnFailure: true },
      )
    },
  )
})
