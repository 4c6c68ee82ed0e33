import { afterEach, expect, it } from 'vitest'
import { openPool } from '../../../server/store/pool.ts'
import { createUpkeep } from '../../../server/store/upkeep.ts'
import { type Rig, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const DAY = 86_400_000

it('thins checkpoints by age, keeps the last of each stream, and lets go of what is old', async () => {
  rig = await startRig({ devices: 2, lentFrom: Date.now() - 90 * DAY })
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const pool = openPool(rig.url, { role: 'owner', max: 2, log })
  try {
    await rig.owner.query(
      `insert into stream_checkpoints (shipment_id, device_id, time, seq, state)
       select shipment_id, device_id, date_trunc('hour', now(), 'UTC') - i * interval '5 minutes' - interval '30 seconds', 0, '{}'::jsonb from assignments, generate_series(0, 12 * 24 * 60) i
       where device_id = 1
       union all select shipment_id, device_id, now() - i * interval '40 days', 0, '{}'::jsonb from assignments, generate_series(1, 2) i where device_id = 2`,
    )
    await rig.owner.query(
      `insert into dead_letters (received_at, topic, payload, reason) select now() - i * interval '1 day', '', ''::bytea, '' from generate_series(0, 59) i`,
    )
    await createUpkeep({ pool, capability: 'none', retentionDays: 31, log }).tidy(Date.now())
    const { rows } = await rig.owner.query(
      `select device_id, count(*) filter (where time >= now() - interval '1 day')::integer as day,
         count(*) filter (where time < now() - interval '1 day' and time >= now() - interval '31 days')::integer as month,
         count(*) filter (where time < now() - interval '31 days')::integer as older from stream_checkpoints group by 1 order by 1`,
    )
    expect(rows).toEqual([
      // 276 to 288, by the minute of the hour
      { device_id: 1, day: expect.closeTo(282, -2), month: expect.closeTo(30 * 24, -1), older: 0 },
      { device_id: 2, day: 0, month: 0, older: 1 },
    ])
    expect((await rig.owner.query('select count(*)::integer as count from dead_letters')).rows).toEqual([{ count: 31 }])
  } finally {
    await pool.end()
  }
})
