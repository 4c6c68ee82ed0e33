import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulate } from '../../bench/alarms/trips.ts'
import { type Beside, type Rig, startRig } from '../pipeline/rig.ts'

const HOUR = 3_600_000
const RUNS = 6
const QUICK = { beatMs: 100, holdMs: 2_000 }

let rig: Rig
let beside: Beside
beforeAll(async () => {
  rig = await startRig({ devices: RUNS + 1, limits: { temperature: { high: 24 } }, server: { name: 'one', ...QUICK } })
  await rig.owner.query('update devices set interval_seconds = 60, report_seconds = 60')
  beside = rig.beside({ name: 'two', ...QUICK })
})
afterAll(async () => {
  await beside?.pipeline.stop()
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
  await Promise.all([rig.settled(), beside.pipeline.settled()])
}

const dealt = fc.record({
  /** which server gets the next message, and how many readings are in it */
  deal: fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { minLength: 4, maxLength: 12 }),
  late: fc.array(fc.nat(readings.length - 1), { maxLength: 40 }),
  twice: fc.array(fc.nat(readings.length - 1), { maxLength: 20 }),
})

it('readings dealt at random to two servers, some late, some twice, give the alarms of one server in order', async () => {
  const shares = `select count(distinct epoch)::integer as n from stream_leases`
  await expect.poll(async () => (await rig.owner.query(shares)).rows, { timeout: 5_000 }).toEqual([{ n: 2 }])
  for (let at = 0; at < readings.length; at += 60) await rig.send(1, { readings: readings.slice(at, at + 60) })
  await settled()
  const expected = await alarms(1)
  expect(expected.length).toBeGreaterThan(0)
  let device = 1
  await fc.assert(
    fc.asyncProperty(dealt, async ({ deal, late, twice }) => {
      device++
      const behind = new Set(late)
      const order = [
        ...readings.filter((_, i) => !behind.has(i)),
        ...readings.filter((_, i) => behind.has(i)),
        ...twice.flatMap((i) => readings[i] ?? []),
      ]
      const answers: Promise<unknown>[] = []
      for (let at = 0, turn = 0; at < order.length; turn++) {
        const [toOther, size] = deal[turn % deal.length] ?? [false, 1]
        answers.push((toOther ? beside : rig).send(device, { readings: order.slice(at, at + size) }))
        at += size
      }
      await Promise.all(answers)
      await settled()
      expect(await alarms(device)).toEqual(expected)
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
}, 60_000)
