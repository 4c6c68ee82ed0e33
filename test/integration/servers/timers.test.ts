import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createShelves } from '../../../server/alarms/shelves.ts'
import { claimChannels, escalateAlarms, forgoChannels, releaseChannel } from '../../../server/store/deliveries.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { capabilityOf, createUpkeep } from '../../../server/store/upkeep.ts'
import { type Rig, startRig } from '../pipeline/rig.ts'

const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000
const SERVERS = 4
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

let rig: Rig
let pools: Pool[]
let alarmId = ''
const one = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row> => {
  const { rows } = await rig.owner.query<Row>(text, values)
  const [row] = rows
  if (row === undefined) throw new Error(`no row: ${text}`)
  return row
}

beforeEach(async () => {
  rig = await startRig({ server: { name: 'one', holdMs: 60_000 } })
  pools = Array.from({ length: SERVERS }, (_, i) =>
    openPool(rig.url, { role: 'zaitu_ingest', max: 2, log: quiet, session: `server${i}` }),
  )
  await rig.send(1, { time: T0, temperature: 35 })
  alarmId = (await one<{ id: string }>(`select id from alarms where rule = 'temperature-high'`)).id
})
afterEach(async () => {
  for (const pool of pools) await pool.end()
  await rig.close()
})
const channel = async (): Promise<string> =>
  (
    await one<{ id: string }>(
      `insert into channels (org_id, name, kind, shown, secret, language, origin, per_minute)
       values ($1, 'desk', 'webhook', 'https://x', '{"url":"https://x"}', 'en', 'https://y', 60) returning id`,
      [rig.orgId],
    )
  ).id

describe('what is due by the clock happens once, however many servers look', () => {
  it('the end of a shelf', async () => {
    await rig.owner.query(
      `insert into alarm_actions (org_id, alarm_id, action, until, note, at) values ($1, $2, 'shelved', now() - interval '1 s', 'x', now() - interval '1 h')`,
      [rig.orgId, alarmId],
    )
    let told = 0
    const shelves = pools.map((pool) => createShelves({ pool, log: quiet, alarmsChanged: () => void told++ }))
    await expect.poll(() => told, { timeout: 6_000 }).toBe(1)
    await Promise.all(pools.map((pool) => pool.query('select end_shelves()')))
    for (const shelf of shelves) await shelf.stop()
    expect(told).toBe(1)
    expect(await one(`select count(*)::integer as n from alarm_changes where change = 'unshelved'`)).toEqual({ n: 1 })
  })

  it('a step of an escalation', async () => {
    const channelId = await channel()
    await rig.owner.query(`update alarms set raised_at = now() - interval '5 minutes'`)
    await rig.owner.query(
      `insert into escalation_steps (org_id, channel_id, after, minutes, priorities, created_at)
       values ($1, $2, 'raised', 1, '{critical,high,medium,low}', now() - interval '1 day')`,
      [rig.orgId, channelId],
    )
    for (let turn = 0; turn < 3; turn++) await Promise.all(pools.map(escalateAlarms))
    expect(
      await one(`select count(*)::integer as n from notifications where kind = 'alarm-escalated' and alarm_id = $1`, [
        alarmId,
      ]),
    ).toEqual({ n: 1 })
  })

  it('roll-ups and retention: who holds the lock does them, and when it is gone another one does', async () => {
    const owners = [0, 1].map((i) => openPool(rig.url, { role: 'owner', max: 2, log: quiet, session: `owner${i}` }))
    const [first, second] = owners
    if (first === undefined || second === undefined) throw new Error('two of them')
    const holder = await first.connect()
    await holder.query('select pg_advisory_lock(5240715)')
    const upkeep = createUpkeep({
      pool: second,
      capability: await capabilityOf(second),
      retentionDays: 400,
      log: quiet,
    })
    const rolled = () => one<{ to: Date }>('select rolled_to as to from rollup_state')
    const before = await rolled()
    await upkeep.start()
    await upkeep.stop()
    expect(await rolled()).toEqual(before)
    // the one that stalls with the lock is removed: its sessions end, and the lock with them
    holder.on('error', () => undefined)
    await rig.owner.query(
      `insert into servers (name, session, until) values ('stalled', 'owner0', clock_timestamp() - interval '1 s')`,
    )
    await expect
      .poll(async () => (await rig.owner.query(`select from servers where name = 'stalled'`)).rowCount, {
        timeout: 5_000,
      })
      .toBe(0)
    const again = createUpkeep({ pool: second, capability: await capabilityOf(second), retentionDays: 400, log: quiet })
    await again.start()
    await again.stop()
    expect((await rolled()).to.getTime()).toBeGreaterThan(before.to.getTime())
    holder.release(true)
    for (const pool of owners) await pool.end()
  })

  it('what a server was telling somebody when it died, another one tells, at once', async () => {
    const channelId = await channel()
    await rig.owner.query(
      `insert into notifications (org_id, key, kind, priority, channel_id, alarm_id, shipment_id, payload, language)
       select $1, 'k', 'alarm-raised', 'high', $2, id, shipment_id, '{}', 'en' from alarms where id = $3`,
      [rig.orgId, channelId, alarmId],
    )
    const [dying, living] = pools
    if (dying === undefined || living === undefined) throw new Error('two of them')
    expect(await claimChannels(dying, 5)).toMatchObject([{ id: channelId }])
    await rig.owner.query(`update notifications set tried_at = now(), next_attempt_at = now() + interval '3 minutes'`)
    expect(await claimChannels(living, 5)).toEqual([])
    await rig.owner.query(
      `insert into servers (name, session, until) values ('dying', 'server0', clock_timestamp() - interval '1 s')`,
    )
    let claimed: unknown[] = []
    await expect
      .poll(
        async () => {
          claimed = await claimChannels(living, 5)
          return claimed.length
        },
        { timeout: 5_000 },
      )
      .toBe(1)
    // should it wake up, it lets go of what it has no longer
    await releaseChannel(dying, channelId, 0).catch(() => undefined)
    expect(await one('select busy_by from channels')).toEqual({ busy_by: 'server1' })

    // the database was away when this one was done: it tells again at once, under the same key, and nobody beside it
    await rig.owner.query(`update notifications set tried_at = now(), next_attempt_at = now() + interval '3 minutes'`)
    await forgoChannels(living, [channelId])
    await forgoChannels(dying, [])
    expect(await claimChannels(living, 5)).toEqual([])
    await forgoChannels(living, [])
    expect(await claimChannels(living, 5)).toMatchObject([{ id: channelId }])
  })
})
