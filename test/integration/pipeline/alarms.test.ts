import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { wholes } from '../../../server/rules/reconcile.ts'
import { type Change, INITIAL } from '../../../server/rules/state.ts'
import { sampled } from '../../setup/sampled.ts'
import { type AlarmRow, type Rig, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const T0 = Math.floor(Date.now() / 1000) * 1000 - 6 * 3_600_000
const feed = async (): Promise<string[]> =>
  (
    await rig.owner.query(
      `select change, alarm->>'state' as state from alarm_changes where alarm->>'rule' <> 'silence' order by xid, id`,
    )
  ).rows.map((r) => `${r.change} ${r.state}`)

describe('a first alarm', () => {
  it('is raised and cleared in the transaction of its readings, once each', async () => {
    rig = await startRig()
    const live = Date.now() - 3_000
    await rig.send(1, { time: live, temperature: 31 })
    expect(await rig.alarms()).toMatchObject([
      { rule: 'temperature-high', onset: live, clearedAt: null, value: 31, limit: 30, retrospective: false },
    ])
    await rig.send(1, { time: live + 1_000, temperature: 33 })
    await rig.send(1, { time: Date.now() + 1_000, temperature: 29 })
    expect(await rig.alarms()).toMatchObject([{ onset: live, value: 31, peak: 33, retrospective: false }])
    expect(await feed()).toEqual(['raised active-unacknowledged', 'cleared cleared-unacknowledged'])
    expect((await rig.owner.query('select kind, payload->>$1 as rule from outbox', ['rule'])).rows).toEqual([
      { kind: 'alarm-raised', rule: 'temperature-high' },
    ])
  })

  it('found late and over: one retrospective excursion with its true times, and nobody is paged', async () => {
    rig = await startRig()
    const backlog = [25, 31, 34, 29].map((temperature, i) => ({ time: T0 + i * 60_000, temperature }))
    for (const reading of backlog) await rig.send(1, reading) // in order, but six hours late
    expect(await rig.alarms()).toMatchObject([
      { onset: T0 + 60_000, clearedAt: T0 + 180_000, value: 31, peak: 34, retrospective: true },
    ])
    expect((await rig.owner.query('select kind from outbox')).rows).toEqual([])
  })

  it('a critical one found late says so, once', async () => {
    rig = await startRig({ limits: { temperature: { high: 30, highHigh: 40 } } })
    for (const [i, temperature] of [25, 45, 20].entries()) await rig.send(1, { time: T0 + i * 60_000, temperature })
    expect((await rig.owner.query(`select kind, payload->>'rule' as rule from outbox`)).rows).toEqual([
      { kind: 'alarm-found-late', rule: 'temperature-high-high' },
    ])
  })

  it('a late reading inside moves the onset, and the alarm keeps its id', async () => {
    rig = await startRig()
    await rig.send(1, { time: T0, temperature: 20 })
    await rig.send(1, { time: T0 + 120_000, temperature: 35 })
    const before = (await rig.owner.query(`select id from alarms where rule <> 'silence'`)).rows
    await rig.send(1, { time: T0 + 60_000, temperature: 32 })
    await rig.settled()
    expect(await rig.alarms()).toMatchObject([{ onset: T0 + 60_000, value: 32, clearedAt: null }])
    expect((await rig.owner.query(`select id from alarms where rule <> 'silence'`)).rows).toEqual(before)
    expect(await feed()).toEqual(['raised active-unacknowledged', 'amended active-unacknowledged'])
  })

  it('limits changed in the past are judged in the past; a withdrawn alarm stays addressable', async () => {
    rig = await startRig()
    for (const [i, temperature] of [20, 32, 20, 27].entries()) await rig.send(1, { time: T0 + i * 60_000, temperature })
    const shipment = rig.shipments[0]
    const { rows } = await rig.owner.query<{ device_id: number }>('select device_id from assignments')
    await rig.owner.query(
      `insert into shipment_limits (org_id, shipment_id, valid_from, limits) values ($1, $2, $3, '{"temperature":{"high":33}}')`,
      [rig.orgId, shipment, new Date(T0 + 30_000)],
    )
    await rig.owner.query(
      `insert into shipment_limits (org_id, shipment_id, valid_from, limits) values ($1, $2, $3, '{"temperature":{"high":25}}')`,
      [rig.orgId, shipment, new Date(T0 + 150_000)],
    )
    await rig.owner.query('insert into refold_requests (shipment_id, device_id, from_time) values ($1, $2, $3)', [
      shipment,
      rows[0]?.device_id,
      new Date(T0 + 30_000),
    ])
    await rig.settled()
    expect(await rig.alarms()).toMatchObject([{ onset: T0 + 180_000, value: 27, limit: 25, clearedAt: null }])
    expect((await rig.owner.query(`select void from alarms where rule <> 'silence' order by onset`)).rows).toEqual([
      { void: true },
      { void: false },
    ])
  })

  it('the end of the loan closes what is open', async () => {
    rig = await startRig()
    await rig.send(1, { time: T0, temperature: 35 })
    await rig.owner.query('update assignments set during = tstzrange(lower(during), $1)', [new Date(T0 + 60_000)])
    await rig.settled()
    expect(await rig.alarms()).toMatchObject([{ onset: T0, clearedAt: T0 + 60_000 }])
  })
})

type Sample = { time: number; seq: number; temperature: number }
const course = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 400 }), temperature: fc.integer({ min: 26, max: 34 }) }), {
    minLength: 5,
    maxLength: 60,
  })
  .map((steps) => {
    let time = T0
    return steps.map(({ step, temperature }, seq): Sample => {
      time += step * 1_000
      return { time, seq, temperature }
    })
  })
const scrambled = course.chain((samples) =>
  fc.record({
    samples: fc.constant(samples),
    arrival: fc
      .shuffledSubarray(samples, { minLength: samples.length })
      .chain((order) =>
        fc
          .array(fc.nat(samples.length - 1), { maxLength: 10 })
          .map((again) => [...order, ...again.flatMap((i) => samples[i] ?? [])]),
      ),
    sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
    restartAfter: fc.nat(10),
  }),
)

/** What the pure fold of the readings in their own order says. */
const truth = (samples: readonly Sample[]): Omit<AlarmRow, 'retrospective'>[] => {
  const context = { versions: [{ from: 0, facts: plainFacts({ temperature: { high: 30 } }) }], from: 0, to: null }
  const { changes, state } = fold(
    INITIAL,
    samples.map((sample) => sampled(sample)),
    context,
  )
  return wholes({}, changes as Change[], state.open)
    .filter(({ rule }) => rule !== 'silence')
    .map(({ rule, excursion: { onset, value, limit, peak }, clearedAt }) => ({
      rule,
      onset,
      clearedAt,
      value,
      limit,
      peak,
    }))
}

describe('for every order of arrival, with duplicates, in any batches, over a restart', () => {
  it('the alarms are those of the readings in their own order', async () => {
    rig = await startRig({ devices: 40 })
    let device = 0
    await fc.assert(
      fc.asyncProperty(scrambled, async ({ samples, arrival, sizes, restartAfter }) => {
        device++
        let messages = 0
        for (let at = 0; at < arrival.length; messages++) {
          const size = sizes[messages % sizes.length] ?? 1
          await rig.send(device, { readings: arrival.slice(at, at + size) })
          at += size
          if (messages === restartAfter) await rig.restart()
        }
        await rig.settled()
        const { rows } = await rig.owner.query<{ alarm: AlarmRow & { shipment: string } }>(
          `select json_build_object('rule', rule, 'onset', extract(epoch from onset) * 1000, 'clearedAt', extract(epoch from cleared_at) * 1000, 'value', value, 'limit', limit_value,
             'peak', case when cleared_at is null then null else peak end) as alarm
           from alarms where not void and rule <> 'silence' and shipment_id = $1 order by onset`,
          [rig.shipments[device - 1]],
        )
        // the peak of what is still open is written when it closes
        expect(rows.map(({ alarm }) => alarm)).toEqual(
          truth(samples).map((row) => (row.clearedAt === null ? { ...row, peak: null } : row)),
        )
      }),
      { numRuns: 20, endOnFailure: true },
    )
    expect(rig.log.filter((line) => line.startsWith('ERROR'))).toEqual([])
  })
})
