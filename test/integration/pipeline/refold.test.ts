import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from './rig.ts'

const HOUR = 3_600_000
let rig: Rig
afterEach(() => rig.close())

const MINUTE = 60_000
const T0 = Math.floor(Date.now() / MINUTE) * MINUTE - 12 * 3_600_000
/** One reading a minute, `[from, to)` in minutes after T0, in messages of at most 1,000. */
const minutes = (from: number, to: number, temperature: (minute: number) => number) =>
  Array.from({ length: to - from }, (_, i) => ({
    time: T0 + (from + i) * MINUTE,
    seq: from + i,
    temperature: temperature(from + i),
  }))
const onsets = async () => (await rig.alarms()).map(({ onset }) => (onset - T0) / MINUTE)
const checkpoints = async () =>
  (await rig.owner.query<{ count: number }>('select count(*)::integer as count from stream_checkpoints')).rows[0]?.count

describe('a refold reaches to the end of what is in question', () => {
  it('over a late backlog: what comes after a checkpoint that agrees is folded, too', async () => {
    rig = await startRig()
    const even = minutes(0, 120, () => 20).filter(({ seq }) => seq % 2 === 0)
    for (const reading of even) await rig.send(1, reading)
    expect(await checkpoints()).toBeGreaterThan(6)
    // one message fills the gaps; only its end is hot, long after the first checkpoint that it leaves as it was
    await rig.send(1, { readings: minutes(0, 120, (m) => (m === 101 ? 35 : 20)).filter(({ seq }) => seq % 2 === 1) })
    await rig.settled()
    expect(await onsets()).toEqual([101])
  })

  it('over two requests for one stream, taken up together', async () => {
    rig = await startRig()
    for (const reading of minutes(0, 120, () => 20)) if (reading.seq % 2 === 0) await rig.send(1, reading)
    await Promise.all(
      minutes(0, 120, (m) => (m === 101 ? 35 : 20))
        .filter(({ seq }) => seq === 1 || seq === 101)
        .map((reading) => rig.send(1, reading)),
    )
    await rig.settled()
    expect(await onsets()).toEqual([101])
  })

  it('over limits: those that change nothing at once still hold later', async () => {
    rig = await startRig()
    for (const reading of minutes(0, 120, (m) => (m === 100 ? 27 : 20))) await rig.send(1, reading)
    expect(await onsets()).toEqual([])
    await rig.owner.query(
      `insert into shipment_limits (org_id, shipment_id, valid_from, limits) values ($1, $2, $3, '{"temperature":{"high":25}}')`,
      [rig.orgId, rig.shipments[0], new Date(T0 + 30_000)],
    )
    await rig.owner.query(
      `insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, $1 from assignments`,
      [new Date(T0 + 30_000)],
    )
    await rig.settled()
    expect(await onsets()).toEqual([100])
  })
})

describe('what a refold finds', () => {
  it('pages for an excursion that was held to be over, and is not', async () => {
    rig = await startRig()
    for (const [i, temperature] of [20, 35, 29].entries()) await rig.send(1, { time: T0 + i * MINUTE, temperature })
    const paged = async () =>
      (await rig.owner.query(`select kind from outbox where payload->>'rule' <> 'silence'`)).rows
    expect(await paged()).toEqual([])
    await rig.owner.query(
      `insert into shipment_limits (org_id, shipment_id, valid_from, limits) values ($1, $2, $3, '{"temperature":{"high":28}}')`,
      [rig.orgId, rig.shipments[0], new Date(T0 + 1.5 * MINUTE)],
    )
    await rig.owner.query(
      `insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, $1 from assignments`,
      [new Date(T0 + 1.5 * MINUTE)],
    )
    await rig.settled()
    expect(await rig.alarms()).toMatchObject([{ onset: T0 + MINUTE, clearedAt: null, retrospective: false }])
    expect(await paged()).toEqual([{ kind: 'alarm-raised' }])
  })

  it('holds of what a device said before it was revoked; what it says then is put aside', async () => {
    rig = await startRig()
    await rig.send(1, { time: T0 + MINUTE, temperature: 20 })
    await rig.owner.query(
      `insert into readings (device_id, time, seq, received_at, temperature) select id, $1, 0, now(), 35 from devices`,
      [new Date(T0)],
    )
    await rig.owner.query('update devices set revoked_at = now()')
    await rig.owner.query(
      'insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, $1 from assignments',
      [new Date(T0)],
    )
    await rig.settled()
    expect(await rig.alarms()).toMatchObject([{ onset: T0, clearedAt: T0 + MINUTE }])
    await rig.send(1, { time: T0 + 2 * MINUTE, temperature: 35 })
    expect(await rig.deadLetters()).toMatchObject([{ reason: 'device d1 has been revoked' }])
  })
})

describe('a refold that does not get to its end', () => {
  it('is taken up again when the server stopped in the middle', async () => {
    rig = await startRig()
    const from = T0 - 18 * 86_400_000
    await rig.owner.query(
      `insert into readings (device_id, time, seq, received_at, temperature)
       select d.id, to_timestamp($1::float8 / 1000) + i * interval '1 second', i, now(), case when i = 69999 then 35 else 20 end
       from devices d, generate_series(0, 69999) i`,
      [from],
    )
    await rig.owner.query(
      'insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, lower(during) from assignments',
    )
    await expect
      .poll(
        async () => {
          const { rows } = await rig.owner.query(
            `select from pg_stat_activity where datname = current_database() and query like '%from readings%' and pid <> pg_backend_pid()`,
          )
          return rows.length
        },
        { interval: 2, timeout: 10_000 },
      )
      .toBeGreaterThan(0)
    await rig.restart()
    await rig.settled()
    expect(await rig.alarms()).toMatchObject([{ onset: from + 69_999_000 }])
  })

  it('does not keep others from theirs, and is tried again', async () => {
    rig = await startRig({ devices: 2 })
    for (const device of [1, 2]) await rig.send(device, { time: T0, temperature: 20 })
    await rig.owner.query(
      `create function broken() returns trigger language plpgsql as $$ begin raise 'broken on purpose'; end $$;
       create trigger broken before insert or update on alarms for each row when (new.device_id = 1) execute function broken()`,
    )
    for (const device of [1, 2]) await rig.send(device, { time: T0 - MINUTE, temperature: 35 })
    const raised = async () =>
      (await rig.owner.query(`select device_id from alarms where rule = 'temperature-high' order by device_id`)).rows
    await expect.poll(raised, { timeout: 10_000 }).toEqual([{ device_id: 2 }])
    expect(rig.log).toContainEqual(expect.stringContaining('a refold failed'))
    await rig.owner.query('drop trigger broken on alarms')
    await expect.poll(raised, { timeout: 10_000 }).toEqual([{ device_id: 1 }, { device_id: 2 }])
  })
})

describe('an arrival that is changed on the way', () => {
  it('holds from when it was changed, in whatever order the readings come', async () => {
    rig = await startRig({ devices: 2 })
    await rig.owner.query(`update devices set interval_seconds = 60, report_seconds = 60`)
    const from = Math.floor((Date.now() - 6 * HOUR) / 60_000) * 60_000
    await rig.owner.query(
      `update shipments set origin = '{"name": "A", "lat": 30, "lon": 121}', destination = '{"name": "B", "lat": 31, "lon": 114}', eta = $1`,
      [new Date(from + 2 * HOUR)],
    )
    await rig.owner.query('begin')
    await rig.owner.query('update shipments set eta = $1', [new Date(from + 40 * HOUR)])
    // each of its streams is folded again, from then on
    const { rows } = await rig.owner.query<{ since: number }>(
      `select extract(epoch from now() - from_time)::float8 as since from refold_requests`,
    )
    expect(rows.filter(({ since }) => since >= 0 && since < 0.002).length).toBeGreaterThanOrEqual(2)
    await rig.owner.query('commit')
    await rig.settled()
    await rig.owner.query('update shipment_etas set until = $2 where eta = $1', [
      new Date(from + 2 * HOUR), new Date(from + 1.25 * HOUR),
    ]) // biome-ignore format: the parameters
    await rig.owner.query(`delete from shipment_etas where until > now() - interval '1 hour'`)
    await rig.restart()

    const readings = Array.from({ length: 120 }, (_, i) => ({
      time: from + i * 60_000,
      temperature: 27 + (1.2 * i) / 60,
    }))
    const said = async (device: number) =>
      (
        await rig.owner.query(
          `select rule, onset, priority, value, figures from alarms where rule = 'time-to-limit' and not void and shipment_id = $1`,
          [rig.shipments[device - 1]],
        )
      ).rows
    await rig.send(1, { readings: readings.slice(0, 70) })
    await rig.settled()
    expect(await said(1)).toMatchObject([{ priority: 'low' }])
    await rig.send(1, { readings: readings.slice(70) })
    for (const at of [90, 30, 60, 0]) await rig.send(2, { readings: readings.slice(at, at + 30) })
    await rig.settled()
    expect(await said(1)).toMatchObject([
      { priority: 'medium', figures: { highCelsius: 30, hoursToArrival: expect.any(Number) } },
    ])
    expect(await said(2)).toEqual(await said(1))
  })
})
