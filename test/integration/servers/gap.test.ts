import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type Rig, startRig } from '../pipeline/rig.ts'

const PATIENCE_MS = 400
const T0 = Math.floor(Date.now() / 1000) * 1000 - 60_000

let rig: Rig
afterEach(() => rig.close())

const reading = (seq: number, boot = 1) => ({ time: T0 + (boot * 100 + seq) * 100, seq, boot, temperature: 20 })
const gaps = async () =>
  (
    await rig.owner.query<{ figures: unknown; over: boolean; explanation: string; void: boolean }>(
      `select figures, cleared_at is not null as over, explanation, void from alarms
       where rule = 'silence' and figures is not null order by onset`,
    )
  ).rows
const changes = async () =>
  (
    await rig.owner.query(
      `select change from alarm_changes c join alarms a on a.id = c.alarm_id where a.figures is not null order by c.id`,
    )
  ).rows.map(({ change }) => change)

it('a device that speaks and does not send again what is missing: one alarm that names it, until it has come', async () => {
  rig = await startRig({ gapPatienceMs: PATIENCE_MS })
  for (const seq of [0, 1, 2, 5, 6, 9]) await rig.send(1, reading(seq))
  // each stop puts down what is known of the numbers, each start looks for what is due
  await rig.restart()
  expect(await gaps()).toEqual([])
  await pause(PATIENCE_MS + 50)
  await rig.restart()
  await rig.settled()
  // silent altogether: that is another alarm's
  expect(await gaps()).toEqual([])
  await rig.send(1, reading(10))
  await rig.restart()
  const one = {
    figures: { missingFrom: 3, missingTo: 4, missing: 4, boot: 1 },
    over: false,
    void: false,
    explanation:
      'Readings 3 to 4 are missing (boot 1, 4 in all): the device was asked to send again and has not for 0 min',
  }
  await expect.poll(gaps, { timeout: 8_000 }).toEqual([one])

  // folded anew or looked at anew, it stands, once
  await rig.owner.query(
    'insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, lower(during) from assignments',
  )
  await rig.settled()
  await rig.send(1, reading(3))
  await rig.restart()
  await rig.settled()
  expect(await gaps()).toEqual([one])

  await rig.send(1, reading(4))
  await rig.restart()
  await expect.poll(gaps, { timeout: 8_000 }).toMatchObject([{ over: true, void: false }])
  // what else is missing has its own time
  expect(await changes()).toEqual(['raised', 'cleared'])
  expect((await rig.owner.query('select gap_since is not null as more from device_progress')).rows).toEqual([
    { more: true },
  ])
}, 30_000)

it('is asked of an older boot as well, until that has come', async () => {
  rig = await startRig({ gapPatienceMs: PATIENCE_MS })
  for (const seq of [0, 3]) await rig.send(1, reading(seq))
  await rig.restart()
  await pause(PATIENCE_MS + 50)
  // it has started anew, at whatever boot, and does not send what it kept
  await rig.send(1, reading(0, 2))
  await rig.restart()
  const older = { figures: { missingFrom: 1, missingTo: 2, missing: 2, boot: 1 }, over: false, void: false }
  await expect.poll(gaps, { timeout: 8_000 }).toMatchObject([older])
  for (const seq of [1, 2]) await rig.send(1, reading(seq))
  await rig.restart()
  await expect.poll(gaps, { timeout: 8_000 }).toMatchObject([{ ...older, over: true }])
}, 30_000)
