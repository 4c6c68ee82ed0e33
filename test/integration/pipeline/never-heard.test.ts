import { afterEach, expect, it } from 'vitest'
import { clearNeverHeard, raiseNeverHeard } from '../../../server/store/never-heard.ts'
import { inTransaction } from '../../../server/store/pool.ts'
import { type Rig, startRig } from './rig.ts'

const MINUTE = 60_000
const BUCKETS = Array.from({ length: 64 }, (_, bucket) => bucket)
/** More than the rig has: who has been heard is not among those that are said. */
const DEVICES = Array.from({ length: 64 }, (_, id) => id)
let rig: Rig
afterEach(() => rig.close())

const raise = (provenSince: number): Promise<number> =>
  inTransaction(rig.pool, (tx) => raiseNeverHeard(tx, DEVICES, provenSince))
const clear = (): Promise<number> => inTransaction(rig.pool, (tx) => clearNeverHeard(tx, BUCKETS))
const alarms = async () =>
  (
    await rig.owner.query<{ onset: Date; over: boolean; void: boolean; recovered: boolean; explanation: string }>(
      `select onset, cleared_at is not null as over, void, recovered, explanation from alarms where rule = 'silence' order by onset`,
    )
  ).rows

/** As if each loan had been entered when it began. */
const enteredThen = () => rig.owner.query('update assignments set created_at = lower(during)')

it('a device that has never been heard since it was lent: said once, after its patience, until it speaks', async () => {
  const lentFrom = Date.now() - 20 * MINUTE
  rig = await startRig({ lentFrom })
  await enteredThen()
  const ago = (minutes: number) => Date.now() - minutes * MINUTE
  // we have been there for a moment only: nothing proves that it was silent
  expect(await raise(ago(4))).toBe(0)
  expect(await raise(ago(60))).toBe(1)
  expect(await alarms()).toMatchObject([
    {
      onset: new Date(lentFrom + 5 * MINUTE),
      over: false,
      explanation: expect.stringMatching(/^Never heard since it was lent \(.* UTC\), for more than 5 min$/),
    },
  ])
  // looked at anew, by another server, folded anew: once
  expect(await raise(ago(60))).toBe(0)
  await rig.restart()
  expect([await raise(ago(60)), await clear()]).toEqual([0, 0])
  await rig.send(1, { time: ago(1), temperature: 20 })
  await rig.owner.query(
    'insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, lower(during) from assignments',
  )
  await rig.settled()
  await clear()
  expect(await alarms()).toMatchObject([{ over: true, void: false, recovered: false }])
  expect(await raise(ago(60))).toBe(0)
  const { rows } = await rig.owner.query('select change from alarm_changes order by id')
  expect(rows.map(({ change }) => change)).toEqual(['raised', 'cleared'])
}, 20_000)

it('not in an outage of ours, not before the trip, not when more patience is set, and not after the loan', async () => {
  rig = await startRig({ lentFrom: Date.now() - 20 * MINUTE })
  await enteredThen()
  const none = async (sql: string, undo: string): Promise<void> => {
    await rig.owner.query(sql)
    expect(await raise(0)).toBe(0)
    await rig.owner.query(undo)
  }
  await none(
    `insert into intake_outages values (now() - interval '30 minutes', now() - interval '3 minutes')`,
    'delete from intake_outages',
  )
  await none(`update shipments set phase = 'planned'`, `update shipments set phase = 'in-transit'`)
  await none(
    `insert into rule_settings (org_id, valid_from, settings) select id, now(), '{"silenceIntervals": 1000}' from organisations where name = 'Buyer';
     update devices set report_seconds = 60`,
    'delete from rule_settings; update devices set report_seconds = 1',
  )
  await none(
    'update assignments set during = tstzrange(lower(during), now())',
    'update assignments set during = tstzrange(lower(during), null)',
  )
  expect(await raise(0)).toBe(1)
  await rig.owner.query('update assignments set during = tstzrange(lower(during), now())')
  // the server's own look may come first
  await clear()
  expect(await alarms()).toMatchObject([{ over: true }])
})

it('of a loan that is entered afterwards: from then on, and none where what was kept has come since', async () => {
  rig = await startRig({ lentFrom: Date.now() - 3 * 24 * 60 * MINUTE })
  expect(await raise(0)).toBe(0)
  const entered = (await rig.owner.query<{ at: Date }>(
    `update assignments set created_at = date_trunc('milliseconds', now() - interval '6 minutes') returning created_at as at`,
  )).rows[0]?.at.getTime() ?? 0 // biome-ignore format: one statement
  expect(await raise(0)).toBe(1)
  expect(await alarms()).toMatchObject([{ onset: new Date(entered + 5 * MINUTE), over: false }])
  // it had measured all the time, and was out of reach
  await rig.send(1, { time: Date.now() - 24 * 60 * MINUTE, temperature: 20 })
  expect(await clear()).toBe(1)
  expect(await alarms()).toMatchObject([
    { over: true, recovered: true, explanation: expect.stringMatching(/has come since$/) },
  ])
  const { rows } = await rig.owner.query('select change from alarm_changes order by id')
  expect(rows.map(({ change }) => change)).toEqual(['raised', 'amended'])
  expect((await rig.owner.query(`select from outbox where kind = 'alarm-raised' and sent_at is null`)).rowCount).toBe(0)
  expect([await raise(0), await clear()]).toEqual([0, 0])
})
