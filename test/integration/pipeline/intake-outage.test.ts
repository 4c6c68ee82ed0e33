import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from './rig.ts'

const MINUTE = 60_000
let rig: Rig
const began = Math.floor((Date.now() - 120 * MINUTE) / MINUTE) * MINUTE
const ended = began + 60 * MINUTE
beforeAll(async () => {
  // what the pipeline itself says of its intake, every few seconds, would come between
  rig = await startRig({ devices: 3, intakeUp: () => false })
})
afterAll(() => rig.close())
beforeEach(() => rig.owner.query('truncate intake_notices, intake_outages, outbox; delete from intake'))

const notices = async () =>
  (await rig.owner.query('select devices, recovered, partly, ended_at is not null as over from intake_notices')).rows
const told = async () =>
  (
    await rig.owner.query<{ kind: string; priority: string; title: string }>(
      `select kind, payload ->> 'priority' as priority, payload #>> '{text,en,title}' as title from outbox order by id`,
    )
  ).rows
const outage = (from: number, to: number) =>
  rig.owner.query('insert into intake_outages (began_at, ended_at) values ($1, $2)', [new Date(from), new Date(to)])
const count = () => rig.owner.query('select count_recovered()')

describe('an outage of our own intake', () => {
  it('is one thing, however many devices it concerned, and no silence of any of them', async () => {
    await outage(began, ended)
    expect(await notices()).toEqual([{ devices: 3, recovered: 0, partly: 0, over: true }])
    expect(await told()).toEqual([
      { kind: 'intake-outage', priority: 'high', title: 'Our own intake was down and is back' },
    ])
    await outage(began - 5 * MINUTE, began - 4 * MINUTE)
    expect((await told()).at(-1)).toMatchObject({ priority: 'medium' })
    expect((await rig.owner.query(`select from alarms where rule = 'silence'`)).rowCount).toBe(0)
  })

  it('is told when it begins where we can tell, and once more when it is over', async () => {
    await rig.owner.query('insert into intake (heard_at) values ($1)', [new Date(began)])
    for (let server = 0; server < 3; server++) await rig.owner.query(`select intake_is_down('30 seconds')`)
    expect(await notices()).toMatchObject([{ over: false }])
    expect(await told()).toEqual([{ kind: 'intake-outage', priority: 'high', title: 'Our own intake is down' }])
    await rig.owner.query(`select from intake_is_up('30 seconds')`)
    expect(await notices()).toMatchObject([{ over: true }])
    expect((await told()).map(({ title }) => title)).toEqual([
      'Our own intake is down',
      'Our own intake was down and is back',
    ])
    expect((await rig.owner.query(`select intake_is_down('30 seconds') as down`)).rows).toEqual([{ down: false }])
  })

  it('says whose data has come in since: all of it, a part, none', async () => {
    await outage(began, ended)
    const kept = (from: number, to: number) => ({
      readings: Array.from({ length: to - from }, (_, i) => ({ time: began + (from + i) * MINUTE, temperature: 20 })),
    })
    await rig.send(1, kept(0, 61))
    await rig.send(2, kept(0, 20))
    await rig.settled()
    await count()
    expect(await notices()).toMatchObject([{ devices: 3, recovered: 1, partly: 1 }])
    await rig.send(2, kept(20, 61))
    await rig.send(3, kept(0, 61))
    await rig.settled()
    await count()
    expect(await notices()).toMatchObject([{ recovered: 3, partly: 0 }])
  })

  it('concerns nobody whose devices were at home', async () => {
    await outage(began - 400 * 24 * 60 * MINUTE, began - 399 * 24 * 60 * MINUTE)
    expect([await notices(), await told()]).toEqual([[], []])
  })
})
