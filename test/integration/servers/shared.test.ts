import { afterEach, describe, expect, it } from 'vitest'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { wholes } from '../../../server/rules/reconcile.ts'
import { INITIAL } from '../../../server/rules/state.ts'
import { sampled } from '../../setup/sampled.ts'
import { type Beside, type Rig, startRig } from '../pipeline/rig.ts'

const MINUTE = 60_000
const T0 = Math.floor(Date.now() / MINUTE) * MINUTE - 3 * 60 * MINUTE
/** Quick enough for a test: dead is who has not been heard of for this long. */
const QUICK = { beatMs: 100, holdMs: 700 }
const SEED = 20_261_123

let rig: Rig
const others: Beside[] = []
afterEach(async () => {
  for (const { pipeline } of others.splice(0)) await pipeline.stop()
  await rig.close()
})
const beside = (name: string, options = QUICK): Beside => {
  const other = rig.beside({ name, ...options })
  others.push(other)
  return other
}

const shares = async (): Promise<number[]> =>
  (
    await rig.owner.query<{ count: number }>(
      'select count(l.bucket)::integer as count from servers s left join stream_leases l using (epoch) group by s.epoch order by s.epoch',
    )
  ).rows.map(({ count }) => count)
const names = async () =>
  (await rig.owner.query<{ name: string }>('select name from servers')).rows.map(({ name }) => name)
const waiting = async (): Promise<number> => (await rig.owner.query('select from refold_requests')).rowCount ?? 0
const raisedTwice = async () =>
  (await rig.owner.query(`select alarm_id from alarm_changes where change = 'raised' group by 1 having count(*) > 1`))
    .rows
const brief = async () => (await rig.alarms()).map(({ onset, clearedAt }) => [onset, clearedAt])

/** mulberry32: the same course of events for the same seed. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

describe('several servers over one database', () => {
  it('share the streams out, and whichever gets a reading, the alarms are those of what is stored, each once', async () => {
    rig = await startRig({ devices: 6, server: { name: 'one', ...QUICK } })
    await rig.send(1, { time: T0 - MINUTE, temperature: 20 })
    const [two, three] = [beside('two'), beside('three')]
    await expect.poll(async () => (await shares()).toSorted(), { timeout: 5_000 }).toEqual([20, 22, 22])
    const random = seeded(SEED)
    const servers = [rig, two, three]
    const sent = new Map<number, { time: number; seq: number; boot: number; temperature: number }[]>()
    const answers: Promise<unknown>[] = []
    for (let minute = 0; minute < 60; minute++) {
      for (let device = 1; device <= 6; device++) {
        const reading = { time: T0 + minute * MINUTE, seq: minute, boot: 1, temperature: Math.round(26 + random() * 8) }
        sent.set(device, [...(sent.get(device) ?? []), reading])
        // dealt like a broker deals, now and then twice
        answers.push(servers[(minute + device) % 3]?.send(device, reading) ?? Promise.resolve())
        if (random() < 0.1) answers.push(servers[Math.floor(random() * 3)]?.send(device, reading) ?? Promise.resolve())
      }
      if (minute % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 25))
    }
    await Promise.all(answers)
    await expect.poll(waiting, { timeout: 10_000 }).toBe(0)
    const expected = [...sent]
      .filter(([device]) => device !== 1)
      .flatMap(([, readings]) => {
        const { state, changes } = fold(
          INITIAL,
          readings.map((reading) => sampled(reading)),
          {
            versions: [{ from: 0, facts: plainFacts({ temperature: { high: 30 } }) }],
            from: 0,
            to: null,
          },
        )
        return wholes({}, changes, state.open).filter(({ rule }) => rule === 'temperature-high')
      })
    const { rows } = await rig.owner.query(
      `select extract(epoch from onset)::float8 * 1000 as onset, extract(epoch from cleared_at)::float8 * 1000 as cleared, value
       from alarms where not void and rule = 'temperature-high' and device_id <> (select id from devices where code = 'd1') order by device_id, onset`,
    )
    expect(rows).toEqual(
      expected.map(({ excursion: { onset, value }, clearedAt }) => ({ onset, cleared: clearedAt, value })),
    )
    expect(rows.length).toBeGreaterThan(30)
    expect(await raisedTwice()).toEqual([])
    // what the three know of the numbers is put together: each device is told by one of them, and asked for nothing
    const told = () => servers.flatMap(({ told }) => told).filter(({ topic }) => topic.endsWith('/committed'))
    for (let device = 1; device <= 6; device++)
      await expect
        .poll(
          () =>
            told()
              .filter(({ topic }) => topic.includes(`/d${device}/`))
              .at(-1)?.payload,
          { timeout: 5_000 },
        )
        .toBe('{"boot":1,"seq":59}')
    expect(servers.flatMap(({ told }) => told).filter(({ topic }) => topic.endsWith('/resend'))).toEqual([])
    // a device that has not heard it repeats itself, to whichever server: the one that tells it says it again
    const before = told().length
    for (const device of [1, 2, 3, 4, 5, 6]) {
      const others = servers.filter(({ told }) => !told.some(({ topic }) => topic.includes(`/d${device}/`)))
      await others[0]?.send(device, sent.get(device)?.at(-1))
    }
    await expect.poll(() => told().length, { timeout: 5_000 }).toBe(before + 6)
    // live is told by who folds
    expect([...two.live, ...three.live].length).toBeGreaterThan(0)
    expect((await rig.owner.query('select count(*)::integer as count from readings')).rows).toEqual([{ count: 361 }])
  })

  it('one that is heard of no longer: the others go on with its streams from where it was', async () => {
    rig = await startRig({ server: { name: 'one', beatMs: 60_000, holdMs: 400 } })
    await rig.send(1, { time: T0, temperature: 20 })
    await rig.send(1, { time: T0 + MINUTE, temperature: 33 })
    expect(await brief()).toEqual([[T0 + MINUTE, null]])
    const two = beside('two')
    await expect.poll(names, { timeout: 5_000 }).toEqual(['two'])
    await expect.poll(shares, { timeout: 5_000 }).toEqual([64])
    await two.send(1, { time: T0 + 2 * MINUTE, temperature: 34 })
    await two.send(1, { time: T0 + 3 * MINUTE, temperature: 20 })
    expect(await brief()).toEqual([[T0 + MINUTE, T0 + 3 * MINUTE]])

    // the first one wakes up, and does not know: what it takes in is stored, and folded by the other one
    expect(await rig.send(1, { time: T0 + 4 * MINUTE, temperature: 35 })).toEqual({
      acknowledged: { stored: 1, deadLetters: 0 },
    })
    expect(rig.log).toContain('another server has taken the place of this one, which was away for too long')
    await expect.poll(brief, { timeout: 5_000 }).toEqual([
      [T0 + MINUTE, T0 + 3 * MINUTE],
      [T0 + 4 * MINUTE, null],
    ])
    expect(await raisedTwice()).toEqual([])
  })

  it('a name that starts anew takes the place of the one that had it, without a wait', async () => {
    rig = await startRig({ server: { name: 'one', beatMs: 60_000, holdMs: 60_000 } })
    await rig.send(1, { time: T0, temperature: 33 })
    const again = beside('one', { beatMs: 60_000, holdMs: 60_000 })
    await again.send(1, { time: T0 + MINUTE, temperature: 20 })
    expect(await shares()).toEqual([64])
    expect(await brief()).toEqual([[T0, T0 + MINUTE]])
  })

  it('two of one name are told so, each of them', async () => {
    rig = await startRig({ server: { name: 'one', ...QUICK } })
    await rig.send(1, { time: T0, temperature: 20 })
    const warnings = () => rig.log.filter((line) => line.startsWith('another server runs under the same name'))
    // one that was stopped in order and is back is no other
    await rig.restart()
    await rig.send(1, { time: T0 + MINUTE, temperature: 20 })
    expect(warnings()).toEqual([])
    beside('one')
    await expect.poll(() => warnings().length, { timeout: 5_000 }).toBe(2)
  })

  it('an older version folds alone while it is there, and the newer one as soon as it is gone', async () => {
    rig = await startRig({ server: { name: 'two', ...QUICK } })
    await rig.send(1, { time: T0, temperature: 20 })
    expect(await shares()).toEqual([64])
    // as the version before says that it is alive
    let epoch: string | null = null
    const beat = async () => {
      const { rows } = await rig.owner.query<{ epoch: string; buckets: number[] }>(
        `select epoch::text, buckets from hold_leases($1::bigint, 'one', 'older', '3 seconds')`,
        [epoch],
      )
      epoch = rows[0]?.epoch ?? null
      return rows[0]?.buckets.length
    }
    await expect.poll(beat, { timeout: 5_000 }).toBe(64)
    await rig.send(1, { time: T0 + MINUTE, temperature: 33 })
    expect(await brief()).toEqual([])
    await expect.poll(shares, { timeout: 8_000 }).toEqual([64])
    expect(await names()).toEqual(['two'])
    await expect.poll(brief, { timeout: 5_000 }).toEqual([[T0 + MINUTE, null]])
  })

  it('the version before folds everything while it is there; afterwards what it said beside is put right', async () => {
    rig = await startRig({ server: { name: 'one', ...QUICK } })
    await rig.send(1, { time: T0, temperature: 20 })
    const heard = () => rig.owner.query(`select from intake_is_up('30 seconds')`)
    await heard()
    await expect.poll(shares, { timeout: 5_000 }).toEqual([0, 0])
    await rig.send(1, { time: T0 + MINUTE, temperature: 33 })
    expect(await brief()).toEqual([])
    // a request as that version knows it
    expect((await rig.owner.query('select from_time from refold_requests where to_time is not null')).rows).toEqual([
      { from_time: new Date(T0 + MINUTE) },
    ])
    await rig.owner.query('update servers set until = now() where epoch = 0')
    await expect.poll(brief, { timeout: 5_000 }).toEqual([[T0 + MINUTE, null]])
    expect(await shares()).toEqual([64])
  })

  it('what the version before puts down of numbers is one with what this one does', async () => {
    rig = await startRig({ server: { name: 'one', ...QUICK } })
    const one = (seq: number, boot: number) => ({ time: T0 + boot * 1_000 + seq, seq, boot, temperature: 20 })
    for (const seq of [0, 2]) await rig.send(1, one(seq, 1))
    const theirs = (boot: number, seq: number, beyond = '{}') =>
      rig.owner.query(
        `select boot, seq, beyond::text from save_progress(
           (select array_agg(id) from devices), array[$1::integer], array[$2::integer], array[$3::int4multirange], '{false}')`,
        [boot, seq, beyond],
      )
    const last = () => expect.poll(() => rig.told.at(-1)?.payload, { timeout: 5_000 })
    await last().toBe('{"boot":1,"seq":0}')
    // it is told what it did not know, and we tell the device what it has taken in
    expect((await theirs(1, -1, '{[1,2)}')).rows).toEqual([{ boot: 1, seq: 2, beyond: '{}' }])
    await last().toBe('{"boot":1,"seq":2}')
    await rig.send(1, one(0, 2))
    await last().toBe('{"boot":2,"seq":0}')
    expect((await theirs(1, 2)).rows).toEqual([{ boot: 2, seq: 0, beyond: '{}' }])
    const known = 'select boot, seq, untold from device_progress'
    expect((await rig.owner.query(known)).rows).toEqual([{ boot: 2, seq: 0, untold: false }])
    await rig.owner.query('update device_progress set untold = true')
    expect((await rig.owner.query('select boot, untold from boot_progress order by boot')).rows).toEqual([
      { boot: 1, untold: true },
      { boot: 2, untold: true },
    ])
  })

  it('silence is said once', async () => {
    rig = await startRig({ devices: 3, server: { name: 'one', ...QUICK } })
    for (const device of [1, 2, 3]) await rig.send(device, { time: T0, temperature: 20 })
    await rig.owner.query(`update readings set received_at = now() - interval '30 minutes'`)
    await rig.owner.query('delete from stream_checkpoints')
    const two = beside('two')
    await expect.poll(shares, { timeout: 5_000 }).toEqual([32, 32])
    const silences = async () =>
      (await rig.owner.query(`select device_id from alarms where rule = 'silence' and not void order by 1`)).rowCount
    await rig.restart()
    await expect.poll(silences, { timeout: 8_000 }).toBe(3)
    await Promise.all([rig.settled(), two.pipeline.settled()])
    expect(await silences()).toBe(3)
    expect(await raisedTwice()).toEqual([])
  })
})
