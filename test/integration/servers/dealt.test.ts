import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulate } from '../../bench/alarms/trips.ts'
import { type Beside, type Rig, startRig } from '../pipeline/rig.ts'

const HOUR = 3_600_000
const RUNS = 4
const QUICK = { beatMs: 100, holdMs: 2_000 }

let rig: Rig
let beside: Beside
let third: Beside
beforeAll(async () => {
  rig = await startRig({ devices: RUNS + 1, limits: { temperature: { high: 24 } }, server: { name: 'one', ...QUICK } })
  await rig.owner.query('update devices set interval_seconds = 60, report_seconds = 60')
  beside = rig.beside({ name: 'two', ...QUICK })
  third = rig.beside({ name: 'three', ...QUICK })
})
afterAll(async () => {
  await Promise.all([beside?.pipeline.stop(), third?.pipeline.stop()])
  await rig?.close()
})

/** Four hours of a trip that heats by itself, ended an hour ago. */
const readings = (() => {
  const trip = simulate('self-heating', 'dealt', 1, 1.2)
  const near = trip.readings.filter(({ time }) => Math.abs(time - trip.onsetMs) < 2 * HOUR)
  const shift = Date.now() - HOUR - (near.at(-1)?.time ?? 0)
  return near.map((one) => ({ ...one, time: one.time + shift }))
})()

const alarms = async (device: number) =>
  (
    await rig.owner.query(
      `select rule, onset, cleared_at, value, limit_value, cause from alarms
       where not void and not recovered and shipment_id = $1 order by onset, rule`,
      [rig.shipments[device - 1]],
    )
  ).rows
const settled = async (): Promise<void> => {
  await expect
    .poll(async () => (await rig.owner.query('select from refold_requests')).rowCount, { timeout: 10_000 })
    .toBe(0)
  await Promise.all([rig.settled(), beside.pipeline.settled(), third.pipeline.settled()])
}

const dealt = fc.record({
  /** which server gets the next message, and how many readings are in it */
  deal: fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 40 })), { minLength: 4, maxLength: 12 }),
  /** stretches that were kept and come after all else, each newest first or not */
  kept: fc.array(fc.tuple(fc.nat(readings.length - 1), fc.integer({ min: 5, max: 90 }), fc.boolean()), {
    maxLength: 3,
  }),
  late: fc.array(fc.nat(readings.length - 1), { maxLength: 40 }),
  twice: fc.array(fc.nat(readings.length - 1), { maxLength: 20 }),
})

it('readings dealt at random to three servers, some late, whole stretches too, some twice, give the alarms of one server in order', async () => {
  const shares = `select count(distinct epoch)::integer as n from stream_leases`
  await expect.poll(async () => (await rig.owner.query(shares)).rows, { timeout: 5_000 }).toEqual([{ n: 3 }])
  for (let at = 0; at < readings.length; at += 60) await rig.send(1, { readings: readings.slice(at, at + 60) })
  await settled()
  const expected = await alarms(1)
  expect(expected.length).toBeGreaterThan(0)
  let device = 1
  await fc.assert(
    fc.asyncProperty(dealt, async ({ deal, kept, late, twice }) => {
      device++
      const stretches = kept.map(([from, length, backwards]) => {
        const places = Array.from({ length: Math.min(length, readings.length - from) }, (_, i) => from + i)
        return backwards ? places.reverse() : places
      })
      const stretched = new Set(stretches.flat())
      const behind = new Set([...late, ...stretched])
      const order = [
        ...readings.filter((_, i) => !behind.has(i)),
        ...readings.filter((_, i) => behind.has(i) && !stretched.has(i)),
        ...[...stretched].flatMap((i) => readings[i] ?? []),
        ...twice.flatMap((i) => readings[i] ?? []),
      ]
      const answers: Promise<unknown>[] = []
      for (let at = 0, turn = 0; at < order.length; turn++) {
        const [to, size] = deal[turn % deal.length] ?? [0, 1]
        answers.push(([rig, beside, third][to] ?? rig).send(device, { readings: order.slice(at, at + size) }))
        at += size
      }
      await Promise.all(answers)
      await settled()
      expect(await alarms(device)).toEqual(expected)
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
}, 60_000)
