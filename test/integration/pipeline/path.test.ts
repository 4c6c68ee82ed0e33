import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const NOW = Math.floor(Date.now() / 1000) * 1000
const stored = async () =>
  (
    await rig.owner.query(
      'select extract(epoch from time) * 1000 as time, seq, temperature, pressure, level, extra from readings order by time, seq',
    )
  ).rows

describe('from a message to the disk', () => {
  it('acknowledges what is stored, and says how much', async () => {
    rig = await startRig()
    expect(await rig.send(1, { time: NOW, temperature: 21, seq: 0, boot: 1 })).toEqual({
      acknowledged: { stored: 1, deadLetters: 0 },
    })
    expect(await stored()).toMatchObject([{ temperature: 21, seq: 0 }])
  })

  it('keeps what nobody can read, with topic, bytes and a reason', async () => {
    rig = await startRig()
    expect(await rig.send(1, 'not json')).toEqual({ acknowledged: { stored: 0, deadLetters: 1 } })
    expect(await rig.send(99, { time: NOW, temperature: 1 })).toEqual({ acknowledged: { stored: 0, deadLetters: 1 } })
    expect(await rig.deadLetters()).toMatchObject([
      { topic: 'zaitu/v1/devices/d1/telemetry', payload: 'not json', reason: expect.stringContaining('not JSON') },
      { topic: 'zaitu/v1/devices/d99/telemetry', reason: 'device d99 is not registered' },
    ])
  })

  it('takes a device that was registered a moment ago', async () => {
    rig = await startRig()
    await rig.send(2, { time: NOW, temperature: 1 })
    await rig.owner.query(
      `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash) values ('d2', $1, 1, 1, 'absolute', '')`,
      [rig.orgId],
    )
    expect(await rig.send(2, { time: NOW, temperature: 1 })).toEqual({ acknowledged: { stored: 1, deadLetters: 0 } })
  })

  it('a duplicate is harmless, a complement is joined, a contradiction keeps the first and is kept aside', async () => {
    rig = await startRig()
    const first = { time: NOW, seq: 1, temperature: 20 }
    for (const [body, stored, deadLetters] of [
      [first, 1, 0],
      [first, 1, 0],
      [{ readings: [first, first] }, 2, 0],
      [{ ...first, temperature: undefined, pressure: 1.5, extra: { a: 1 } }, 1, 0],
      [{ ...first, temperature: 25, level: 0.5 }, 1, 1],
    ] as const) {
      expect(await rig.send(1, body)).toEqual({ acknowledged: { stored, deadLetters } })
    }
    expect(await stored()).toMatchObject([{ temperature: 20, pressure: 1.5, level: 0.5, extra: { a: 1 } }])
    expect(await rig.deadLetters()).toMatchObject([
      { topic: 'zaitu/v1/devices/d1/telemetry', reason: expect.stringContaining('temperature 25 differs from 20') },
    ])
  })

  it('joins complements that come in one message', async () => {
    rig = await startRig()
    await rig.send(1, {
      readings: [
        { time: NOW, temperature: 20 },
        { time: NOW, pressure: 2 },
        { time: NOW, temperature: 21 },
      ],
    })
    expect(await stored()).toMatchObject([{ temperature: 20, pressure: 2 }])
    expect(await rig.deadLetters()).toHaveLength(1)
  })

  it('joins a field whose name every object has', async () => {
    rig = await startRig()
    await rig.send(1, { time: NOW, temperature: 20, extra: { a: 1 } })
    await rig.send(1, { time: NOW, temperature: 20, extra: { constructor: 2 } })
    expect(await rig.deadLetters()).toEqual([])
    expect(await stored()).toMatchObject([{ extra: { a: 1, constructor: 2 } }])
  })

  it('a number that is the last one there can be holds nobody up', async () => {
    rig = await startRig({ devices: 2 })
    await rig.send(1, { time: NOW, temperature: 1, seq: 2_147_483_647, boot: 1 })
    await rig.send(2, { time: NOW, temperature: 1, seq: 0, boot: 1 })
    await expect
      .poll(() => rig.told.at(-1), { timeout: 5_000 })
      .toMatchObject({ topic: 'zaitu/v1/devices/d2/committed', payload: '{"boot":1,"seq":0}' })
  })

  it('finds the one reading that the database itself refuses, among a thousand', async () => {
    rig = await startRig()
    const readings = Array.from({ length: 1_000 }, (_, i) => ({
      time: NOW - 1_000_000 + i * 1_000,
      temperature: i / 100,
    }))
    await rig.owner.query('alter table readings add constraint odd check (temperature is distinct from 6.17)')
    expect(await rig.send(1, { readings })).toEqual({ acknowledged: { stored: 999, deadLetters: 1 } })
    expect(await stored()).toHaveLength(999)
    expect(await rig.deadLetters()).toMatchObject([
      {
        payload: expect.stringContaining('6.17'),
        reason: expect.stringContaining('the database refuses this reading'),
      },
    ])
  })

  it('says of each message in a batch what became of it, also where the database decides', async () => {
    rig = await startRig({ devices: 4 })
    await rig.owner.query('alter table readings add constraint odd check (temperature is distinct from 66)')
    await rig.send(1, { time: NOW, temperature: 20, pressure: 2 })
    const answers = await Promise.all([
      rig.send(2, 'not json'),
      rig.send(3, {
        readings: [66, 1, 66, 'hot'].map((temperature, i) => ({ time: NOW + i, temperature, level: 0.5 })),
      }),
      rig.send(1, {
        readings: [
          { time: NOW, temperature: 21 },
          { time: NOW, temperature: 22, pressure: 2 },
        ],
      }),
      rig.send(4, { time: NOW, temperature: 1 }),
      rig.send(1, { time: NOW + 1, temperature: 66 }),
    ])
    expect(answers.map((answer) => 'acknowledged' in answer && Object.values(answer.acknowledged))).toEqual([
      [0, 1],
      [2, 3],
      [1, 2],
      [1, 0],
      [0, 1],
    ])
    expect(await rig.deadLetters()).toHaveLength(7)
  })

  it('refuses 1,001 readings, and what comes beside them goes on', async () => {
    rig = await startRig({ devices: 2 })
    const [big, small] = await Promise.all([
      rig.send(1, { readings: Array(1_001).fill({ time: NOW, temperature: 1 }) }),
      rig.send(2, { time: NOW, temperature: 1 }),
    ])
    expect(big).toEqual({ refused: '1001 readings in one message: at most 1000 are taken' })
    expect(small).toEqual({ acknowledged: { stored: 1, deadLetters: 0 } })
  })

  it('turns gauge into absolute on the way in', async () => {
    rig = await startRig({ gauge: true })
    await rig.send(1, { time: NOW, pressure: 1 })
    expect((await stored())[0]?.pressure).toBeCloseTo(2.01325, 10)
  })

  it('tells the device what is committed, and what is missing', async () => {
    rig = await startRig()
    await rig.send(1, {
      readings: [0, 1, 2, 4].map((seq) => ({ time: NOW - 10_000 + seq, seq, boot: 7, temperature: 1 })),
    })
    await expect
      .poll(() => rig.told.at(-1), { timeout: 5_000 })
      .toMatchObject({ topic: 'zaitu/v1/devices/d1/committed', payload: '{"boot":7,"seq":2}' })
    await rig.send(1, { time: 'broken', seq: 3, boot: 7 }) // a dead letter is dealt with for good, too
    await expect
      .poll(() => rig.told.at(-1), { timeout: 5_000 })
      .toMatchObject({ topic: 'zaitu/v1/devices/d1/committed', payload: '{"boot":7,"seq":4}' })
    await rig.restart()
    await rig.send(1, { time: NOW, seq: 5, boot: 7, temperature: 1 })
    await expect
      .poll(() => rig.told.at(-1), { timeout: 5_000 })
      .toMatchObject({ topic: 'zaitu/v1/devices/d1/committed', payload: '{"boot":7,"seq":5}' })
  })

  it('says again what a device has not heard: one that repeats itself, all when the broker is another', async () => {
    let connections = 1
    rig = await startRig({ devices: 2, connections: () => connections })
    const reading = (seq: number) => ({ time: NOW - 10_000 + seq, seq, boot: 7, temperature: 1 })
    await rig.send(1, { readings: [0, 1, 2].map(reading) })
    await rig.send(2, reading(0))
    const of = (device: number) => rig.told.filter(({ topic }) => topic.includes(`/d${device}/`))
    await expect.poll(() => [of(1).length, of(2).length], { timeout: 5_000 }).toEqual([1, 1])
    for (const seq of [1, 1, 2]) await rig.send(1, reading(seq))
    await expect.poll(() => of(1).length, { timeout: 5_000 }).toBe(2)
    // what the broker had kept for them is gone
    connections++
    await expect.poll(() => [of(1).length, of(2).length], { timeout: 5_000 }).toEqual([3, 2])
    expect(new Set(of(1).map(({ payload }) => payload))).toEqual(new Set(['{"boot":7,"seq":2}']))
  })

  it('follows every boot for itself, whichever number it has, and keeps for the device the one that spoke last', async () => {
    rig = await startRig()
    const send = (boot: number, ...seqs: number[]) =>
      rig.send(1, { readings: seqs.map((seq) => ({ time: NOW - boot * 100 + seq, seq, boot, temperature: 1 })) })
    const last = () => expect.poll(() => rig.told.at(-1), { timeout: 5_000 })
    await send(500, 0, 1)
    await last().toMatchObject({ payload: '{"boot":500,"seq":1}', retain: true })
    // a unit that was replaced, or its flash erased
    await send(1, 0, 2)
    await last().toMatchObject({ payload: '{"boot":1,"seq":0}', retain: true })
    expect(rig.log).toContain('a device has begun a lower boot: it is followed')
    // in one turn: of what the older one had left, and of the one that speaks
    await Promise.all([send(500, 2), send(1, 1)])
    await last().toMatchObject({ payload: '{"boot":1,"seq":2}', retain: true })
    expect(rig.told.at(-2)).toMatchObject({ payload: '{"boot":500,"seq":2}', retain: false })
    await rig.restart()
    await send(500, 3)
    await last().toMatchObject({ payload: '{"boot":500,"seq":3}', retain: true })
    // the last ones are kept in mind
    for (let boot = 501; boot < 510; boot++) await send(boot, 0)
    const boots = async () =>
      (await rig.owner.query('select boot from boot_progress order by boot')).rows.map(({ boot }) => boot)
    await expect.poll(boots, { timeout: 5_000 }).toEqual([502, 503, 504, 505, 506, 507, 508, 509])
  })
})
