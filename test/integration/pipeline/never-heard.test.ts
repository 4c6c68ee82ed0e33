import { afterEach, expect, it } from 'vitest'
import { clearNeverHeard, raiseNeverHeard } from '../../../server/store/never-heard.ts'
import { inTransaction } from '../../../server/store/pool.ts'
import { type Rig, startRig } from './rig.ts'

const MINUTE = 60_000
const BUCKETS = Array.from({ length: 64 }, (_, bucket) => bucket)
let rig: Rig
afterEach(() => rig.close())

const raise = (provenSince: number): Promise<number> =>
  inTransaction(rig.pool, (tx) => raiseNeverHeard(tx, BUCKETS, provenSince))
const clear = (): Promise<number> => inTransaction(rig.pool, (tx) => clearNeverHeard(tx, BUCKETS))
const alarms = async () =>
  (
    await rig.owner.query<{ onset: Date; over: boolean; void: boolean; recovered: boolean; explanation: string }>(
      `select onset, cleared_at is not null as over, void, recovered, explanation from alarms where rule = 'silence' order by onset`,
    )
  ).rows

it('a device that has never been heard since it was lent: said once, after its patience, until it speaks', async () => {
  const lentFrom = Date.now() - 20 * MINUTE
  rig = await startRig({ lentFrom })
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
  expect(await clear()).toBe(1)
})
