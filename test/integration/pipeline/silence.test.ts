import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from './rig.ts'

const MINUTE = 60_000
let rig: Rig
afterEach(() => rig.close())

const silences = async () =>
  (
    await rig.owner.query<{ onset: string; over: boolean; recovered: boolean; state: string }>(
      `select extract(epoch from a.onset) * 1000 as onset, a.cleared_at is not null as over, a.recovered, d.alarm->>'state' as state
       from alarms a join alarm_details d on d.id = a.id where a.rule = 'silence' and not a.void order by a.onset`,
    )
  ).rows.map((row) => ({ ...row, onset: Number(row.onset) }))

/** As if what was received so far had been received this much earlier. */
const received = async (agoMinutes: number): Promise<void> => {
  await rig.owner.query('update readings set received_at = now() - make_interval(mins => $1)', [agoMinutes])
  await rig.owner.query('delete from stream_checkpoints')
}

describe('a device that falls silent', () => {
  it('is said to be, once, by whichever server looks; what it kept takes it back', async () => {
    rig = await startRig()
    const from = Date.now() - 30 * MINUTE
    await rig.send(1, { time: from, temperature: 20 })
    await received(30)
    // a server that has never heard of it finds it
    await rig.restart()
    await expect
      .poll(silences, { timeout: 15_000 })
      .toEqual([expect.objectContaining({ over: false, recovered: false, state: 'active-unacknowledged' })])
    await rig.restart()
    const kept = Array.from({ length: 31 }, (_, minute) => ({ time: from + minute * MINUTE, temperature: 20 }))
    await rig.send(1, { readings: kept.slice(1) })
    await rig.settled()
    expect(await silences()).toEqual([expect.objectContaining({ over: true, recovered: true, state: 'cleared' })])
  }, 40_000)

  it('is not blamed for time in which nothing could be heard', async () => {
    rig = await startRig()
    const from = Date.now() - 60 * MINUTE
    await rig.owner.query(
      `insert into intake (heard_at) values ($1) on conflict (only_one) do update set heard_at = excluded.heard_at`,
      [new Date(from + MINUTE)],
    )
    await rig.send(1, { time: from, temperature: 20 })
    await received(60)
    await rig.restart()
    await expect
      .poll(async () => (await rig.owner.query('select from intake_outages')).rowCount, { timeout: 15_000 })
      .toBe(1)
    await rig.send(1, { time: Date.now(), temperature: 20 })
    await rig.settled()
    expect(await silences()).toEqual([])
  }, 40_000)

  it('a gap that is filled later was none', async () => {
    rig = await startRig()
    const from = Date.now() - 40 * MINUTE
    const at = (minute: number) => ({ time: from + minute * MINUTE, temperature: 20 })
    await rig.send(1, { readings: [at(0), at(20), at(21)] })
    expect(await silences()).toMatchObject([{ onset: from + 5 * MINUTE, over: true, recovered: false }])
    await rig.send(1, { readings: Array.from({ length: 19 }, (_, minute) => at(minute + 1)) })
    await rig.settled()
    expect(await silences()).toMatchObject([{ recovered: true }])
  })
})
