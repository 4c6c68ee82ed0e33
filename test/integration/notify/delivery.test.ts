import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Receiver, startReceiver } from './receivers.ts'
import { type Rig, soon, startRig } from './rig.ts'

let receiver: Receiver
let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig?.close())
beforeEach(async () => {
  receiver = await startReceiver()
  return async () => {
    await rig.clear()
    await receiver.close()
  }
})

const hook = (more: Record<string, unknown> = {}) => rig.channel({ kind: 'webhook', url: receiver.url, ...more })
const keys = () => receiver.got.map(({ headers }) => String(headers['webhook-id']))
/** The alarms that all messages so far have told of. */
const toldOf = (): string[] =>
  receiver.got.flatMap(({ json }) => {
    const items: unknown = json.data?.items
    return Array.isArray(items) ? items.map((item) => String(item.alarm.id)) : []
  })
const states = async () => (await rig.items('?limit=500')).map(({ state }) => state)
const all = (state: string, n: number) => soon(async () => expect(await states()).toEqual(Array(n).fill(state)))
/** As if that much time had passed for what waits. */
const due = () =>
  rig.service.owner.query(
    `with freed as (update channels set busy_until = null) update notifications set next_attempt_at = now() where state = 'waiting'`,
  )

/** What is held back is looked at again now, as often as it takes: it may just have been held back anew. */
const heldIsDue = (check: () => Promise<void> | void) =>
  soon(async () => {
    await rig.service.owner.query(
      `update notifications set next_attempt_at = now() where state = 'waiting' and attempts = 0`,
    )
    await check()
  })

describe('what does not arrive', () => {
  it('is tried again under the same key, given up, shown, and sent again when asked for', async () => {
    receiver.answer = (response) => response.writeHead(503).end('not now')
    const { id: channelId } = await hook()
    await rig.rule(channelId)
    rig.start([10, 10])
    await rig.raise()
    await all('dead', 1)
    expect(new Set(keys()).size).toBe(1)
    expect(receiver.got).toHaveLength(3)
    const [item] = await rig.items('?state=dead')
    expect(item).toMatchObject({ id: keys()[0], attempts: 3, problem: 'rejected', detail: 'HTTP 503: not now' })
    const { items } = (await rig.admin.ask('GET', '/channels')).json()
    expect(items[0]).toMatchObject({ lastProblem: 'rejected', failingSince: expect.any(String), lastSentAt: null })

    receiver.answer = (response) => response.writeHead(200).end()
    expect((await rig.admin.ask('POST', `/notifications/${item?.id}/retry`)).statusCode).toBe(200)
    await all('sent', 1)
    expect(new Set(keys()).size).toBe(1)
    expect((await rig.admin.ask('GET', '/channels')).json().items[0]).toMatchObject({
      failingSince: null,
      lastProblem: null,
    })
    expect((await rig.admin.ask('POST', `/notifications/${item?.id}/retry`)).statusCode).toBe(409)
  })

  it('at one channel holds up no other', async () => {
    const silent = await startReceiver()
    silent.answer = () => undefined
    const slow = await hook({ url: silent.url })
    const good = await hook()
    await rig.rule(slow.id)
    await rig.rule(good.id)
    rig.start()
    await rig.raise()
    await soon(() => expect(silent.got).toHaveLength(1))
    await rig.raise()
    await soon(() => expect(receiver.got).toHaveLength(2))
    await silent.close()
  })

  it('was sent by a server that was killed before it could say so: it is sent again, under the same key', async () => {
    const { id } = await hook()
    await rig.rule(id)
    const start = () =>
      spawn(process.execPath, [
        '--import',
        'tsx',
        fileURLToPath(new URL('sender-process.ts', import.meta.url)),
        rig.url,
      ])
    const first = start()
    receiver.answer = (response) => {
      first.kill('SIGKILL')
      response.writeHead(204).end()
    }
    await rig.raise()
    await once(first, 'exit')
    expect(receiver.got).toHaveLength(1)
    expect(await states()).toEqual(['waiting'])
    receiver.answer = (response) => response.writeHead(204).end()
    await due()
    const second = start()
    await all('sent', 1)
    second.kill('SIGKILL')
    expect(receiver.got).toHaveLength(2)
    expect(new Set(keys()).size).toBe(1)
  })
})

describe('many', () => {
  it('are told by several servers once each', async () => {
    const channels = await Promise.all(Array.from({ length: 4 }, () => hook({ perMinute: 100 })))
    for (const { id } of channels) await rig.rule(id)
    for (let server = 0; server < 3; server++) rig.start()
    const alarms = await Promise.all(Array.from({ length: 20 }, () => rig.raise()))
    await all('sent', 80)
    expect(toldOf().toSorted()).toEqual([...alarms, ...alarms, ...alarms, ...alarms].toSorted())
    expect(new Set(keys()).size).toBe(receiver.got.length)
  })

  it('beyond a channel’s rate are summed up in one, and none is dropped', async () => {
    const { id } = await hook({ perMinute: 4 })
    await rig.rule(id)
    const alarms = await Promise.all(
      Array.from({ length: 40 }, (_, i) => rig.raise({ priority: i === 25 ? 'critical' : 'low' })),
    )
    rig.start()
    await all('sent', 40)
    expect(receiver.got).toHaveLength(4)
    expect(toldOf()[0]).toBe(alarms[25])
    expect(toldOf().toSorted()).toEqual(alarms.toSorted())
    const last = receiver.got.at(-1)?.json
    expect(last?.type).toBe('summary')
    expect(last?.data?.title).toBe('37 notifications: 37 Low')
    expect(last?.data?.text).toContain('and 27 more')
    expect((await rig.items('?limit=500')).filter(({ together }) => together)).toHaveLength(37)
    // this minute is spent: the next one waits
    await rig.raise({ priority: 'critical' })
    await soon(async () => expect((await states())[0]).toBe('waiting'))
    expect(receiver.got).toHaveLength(4)
  })

  it('in a digest come together when it is due, as they are by then', async () => {
    const { id } = await hook()
    await rig.rule(id, { digestMinutes: 60 })
    rig.start()
    const [one, two, gone] = [await rig.raise({ priority: 'low' }), await rig.raise(), await rig.raise()]
    await soon(async () => expect(await states()).toHaveLength(3))
    expect(receiver.got).toEqual([])
    await rig.service.owner.query('update alarms set void = true where id = $1', [gone])
    await due()
    await soon(async () => expect((await states()).toSorted()).toEqual(['dropped', 'sent', 'sent']))
    expect(receiver.got).toHaveLength(1)
    expect(toldOf()).toEqual([two, one])
    expect((await rig.items('?state=dropped'))[0]).toMatchObject({ problem: 'withdrawn', alarmId: gone })
  })
})

describe('when it is sent', () => {
  const alarmIs = (text: string, id: string) => rig.service.owner.query(`update alarms set ${text} where id = $1`, [id])
  it.each([
    ['withdrawn', 'void = true'],
    ['recovered', 'recovered = true'],
    ['over', 'retrospective = true, cleared_at = now()'],
  ])('an alarm that is %s is not told', async (reason, text) => {
    await rig.rule((await hook()).id)
    await alarmIs(text, await rig.raise())
    await due()
    rig.start()
    await soon(async () => expect(await rig.items()).toMatchObject([{ state: 'dropped', problem: reason }]))
    expect(receiver.got).toEqual([])
  })

  it('what is shelved, or suppressed by its phase, is held back until it is not', async () => {
    await rig.rule((await hook()).id)
    const shelved = await rig.raise()
    await rig.admin.ask('POST', `/alarms/${shelved}/shelve`, {
      until: Date.now() + 3_600_000,
      reason: 'being looked at',
    })
    const suppressed = await rig.raise({ rule: 'rate-of-rise' })
    await rig.admin.ask('PATCH', `/shipments/${rig.shipmentId}`, { phase: 'loading' })
    rig.start()
    const held = async () => (await rig.items()).filter(({ state, attempts }) => state === 'waiting' && attempts === 0)
    await soon(async () => {
      const [item] = await held()
      expect(Date.parse(item?.nextAttemptAt ?? '')).toBeGreaterThan(Date.now() + 5_000)
      expect(await held()).toHaveLength(2)
    })
    await rig.admin.ask('POST', `/alarms/${shelved}/unshelve`)
    await heldIsDue(() => expect(toldOf()).toEqual([shelved]))
    await rig.admin.ask('PATCH', `/shipments/${rig.shipmentId}`, { phase: 'in-transit' })
    await heldIsDue(() => expect(toldOf()).toEqual([shelved, suppressed]))
  })

  it('a consequence is not told beside its cause, unless the cause goes first', async () => {
    await rig.rule((await hook()).id)
    const cause = await rig.raise({ rule: 'temperature-high-high', priority: 'critical' })
    await rig.raise({ rule: 'temperature-high', priority: 'high' })
    rig.start()
    await soon(() => expect(toldOf()).toEqual([cause]))
    await heldIsDue(async () => expect((await states()).toSorted()).toEqual(['sent', 'waiting']))
    await alarmIs('void = true', cause)
    await heldIsDue(async () => expect(await states()).toEqual(['sent', 'sent']))
  })

  it('two devices that see one and the same thing are one incident, told once; what a device says of itself is its own', async () => {
    await rig.admin.ask('POST', '/devices', { id: 'tank-2', intervalSeconds: 5 })
    await rig.rule((await hook()).id)
    const seen = async (rule: string, device: string, minutesAgo: number, overMinutesAgo: number | null = null) => {
      const id = await rig.raise({ rule, priority: 'high' })
      await rig.service.owner.query(
        `update alarms set device_id = (select id from devices where code = $2), onset = now() - make_interval(mins => $3::integer),
           cleared_at = now() - make_interval(mins => $4::integer) where id = $1`,
        [id, device, minutesAgo, overMinutesAgo],
      )
      return id
    }
    // the one that saw it later is put down first
    const second = await seen('temperature-high', 'tank-2', 8)
    const first = await seen('temperature-high', 'tank-1', 9)
    const before = await seen('temperature-high', 'tank-2', 40, 20)
    const after = await seen('temperature-high-high', 'tank-2', 5)
    const own = [await seen('battery-low', 'tank-1', 9), await seen('battery-low', 'tank-2', 8)]
    const { rows } = await rig.service.owner.query<{ id: string; by: string | null }>(
      `select id, alarm->>'causedBy' as by from alarm_details`,
    )
    expect(Object.fromEntries(rows.map(({ id, by }) => [id, by]))).toEqual({
      [second]: after, [first]: after, [before]: null, [after]: null, [own[0] ?? '']: null, [own[1] ?? '']: null,
    }) // biome-ignore format: a table
    await alarmIs('void = true', after)
    await rig.service.owner.query('delete from outbox where key = $1', [`alarm-raised:${before}`])
    await rig.service.owner.query('delete from outbox where key = $1', [`alarm-raised:${after}`])
    rig.start()
    await soon(() => expect(toldOf().toSorted()).toEqual([first, ...own].toSorted()))
    await heldIsDue(async () => expect((await states()).toSorted()).toEqual(['sent', 'sent', 'sent', 'waiting']))
    expect(toldOf()).not.toContain(second)
  })

  it('who has been replaced on the shipment is told of it no more', async () => {
    const other = await rig.service.signIn(rig.service.other.email.admin)
    await rig.service.owner.query('update shipments set carrier_id = $1 where id = $2', [
      rig.service.other.id,
      rig.shipmentId,
    ])
    const made = await other.ask('POST', '/channels', {
      kind: 'webhook',
      name: 'Carrier',
      language: 'en',
      url: receiver.url,
    })
    await other.ask('POST', '/notification-rules', {
      channelId: made.json().id,
      priorities: ['high'],
      digestMinutes: 60,
    })
    rig.start()
    await rig.raise()
    const theirs = async () => (await other.ask('GET', '/notifications')).json().items
    await soon(async () => expect(await theirs()).toMatchObject([{ state: 'waiting', shipmentReference: 'ZT-1' }]))
    await rig.service.owner.query('update shipments set carrier_id = null where id = $1', [rig.shipmentId])
    await due()
    await soon(async () =>
      expect(await theirs()).toMatchObject([{ state: 'dropped', problem: 'not-ours', shipmentReference: null }]),
    )
    expect(receiver.got).toEqual([])
  })

  it('an alarm that has become graver is told again, and its end to whoever was told of it and asked', async () => {
    const { id } = await hook()
    await rig.rule(id, { priorities: ['critical', 'medium'], kinds: ['alarm-raised', 'alarm-cleared'] })
    const silent = await hook()
    await rig.rule(silent.id, { priorities: ['low'], kinds: ['alarm-raised', 'alarm-cleared'] })
    rig.start()
    const alarm = await rig.raise({ priority: 'medium' })
    await soon(() => expect(receiver.got).toHaveLength(1))
    await alarmIs(`priority = 'critical'`, alarm)
    await soon(() => expect(receiver.got).toHaveLength(2))
    await alarmIs(`cleared_at = now()`, alarm)
    await soon(() => expect(receiver.got).toHaveLength(3))
    expect(receiver.got.map(({ json }) => json.data?.title)).toEqual([
      '[Medium] Temperature high · ZT-1',
      '[CRITICAL] Temperature high · ZT-1',
      '[CRITICAL] Over: Temperature high · ZT-1',
    ])
    expect(await states()).toEqual(['sent', 'sent', 'sent'])
  })
})

describe('nobody', () => {
  it('is told where there is no rule, and the list says so', async () => {
    rig.start()
    const alarm = await rig.raise()
    await soon(async () =>
      expect(await rig.items()).toMatchObject([{ state: 'untold', channel: null, alarmId: alarm }]),
    )
    const [item] = await rig.items()
    expect((await rig.admin.ask('POST', `/notifications/${item?.id}/retry`)).json().detail).toContain('No rule')
  })
})

describe('whatever else happens', () => {
  it('goes the same way with the words that it brings', async () => {
    await rig.rule((await hook({ language: 'zh' })).id)
    rig.start()
    await rig.service.owner.query(
      `insert into outbox (org_id, kind, key, payload) values ($1, 'stage-overdue', 'overdue:1', $2)`,
      [
        rig.service.one.id,
        {
          priority: 'medium',
          path: '/orders/1',
          text: { en: { title: 'Filling is overdue' }, zh: { title: '灌装逾期', lines: ['PO-1'] } },
        },
      ],
    )
    await soon(() => expect(receiver.got).toHaveLength(1))
    expect(receiver.got[0]?.json).toMatchObject({
      type: 'stage-overdue',
      data: { title: '[中] 灌装逾期', text: 'PO-1', link: 'https://zaitu.example/orders/1' },
    })
    await all('sent', 1)
    expect(await rig.items()).toMatchObject([{ kind: 'stage-overdue', title: 'Filling is overdue', state: 'sent' }])
  })
})

describe('escalation', () => {
  const MINUTE = 60_000
  const step = async (channelId: string, minutes: number, after = 'raised') => {
    const made = await rig.admin.ask('POST', '/escalation-steps', {
      channelId,
      after,
      minutes,
      priorities: ['critical'],
    })
    await rig.service.owner.query(`update escalation_steps set created_at = now() - interval '1 day'`)
    return made.json().id
  }

  it('goes on to the next step when nobody acknowledges in time, once, though every server could', async () => {
    const first = await hook()
    const boss = await hook({ url: `${receiver.url}/boss` })
    await rig.rule(first.id)
    await step(boss.id, 10)
    for (let server = 0; server < 3; server++) rig.start()
    const late = await rig.raise({ priority: 'critical', raisedAt: Date.now() - 11 * MINUTE })
    await rig.raise({ priority: 'critical', raisedAt: Date.now() - 9 * MINUTE })
    await rig.raise({ priority: 'high', raisedAt: Date.now() - 11 * MINUTE })
    const answered = await rig.raise({ priority: 'critical', raisedAt: Date.now() - 9.99 * MINUTE })
    await rig.admin.ask('POST', `/alarms/${answered}/acknowledge`, {})
    const escalated = () => receiver.got.filter(({ path }) => path === '/boss')
    await soon(() => expect(escalated()).toHaveLength(1))
    expect(escalated()[0]?.json).toMatchObject({
      type: 'alarm-escalated',
      data: { items: [{ alarm: { id: late }, minutes: 10 }] },
    })
    expect(escalated()[0]?.json.data?.title).toContain('Nobody has acknowledged')
    expect(escalated()[0]?.json.data?.text).toContain('unacknowledged for 10 min')
    await soon(() => expect(receiver.got).toHaveLength(5))
  })

  it('is not told to whom it no longer concerns: acknowledged before it was sent', async () => {
    receiver.answer = (response) => response.writeHead(503).end()
    const boss = await hook()
    await step(boss.id, 10)
    rig.start([60_000])
    const alarm = await rig.raise({ priority: 'critical', raisedAt: Date.now() - 11 * MINUTE })
    await soon(() => expect(receiver.got).toHaveLength(1))
    await rig.admin.ask('POST', `/alarms/${alarm}/acknowledge`, {})
    await soon(async () => {
      // it may just be saying that the first try failed
      await due()
      expect(await rig.items('?state=dropped')).toMatchObject([{ kind: 'alarm-escalated', problem: 'acknowledged' }])
    })
  })

  it('comes again when it still holds so long after somebody acknowledged it', async () => {
    const desk = await hook()
    await step(desk.id, 30, 'acknowledged')
    rig.start()
    const alarm = await rig.raise({ priority: 'critical', raisedAt: Date.now() - 60 * MINUTE })
    await rig.admin.ask('POST', `/alarms/${alarm}/acknowledge`, {})
    await rig.service.owner.query(`update alarm_actions set at = now() - interval '31 minutes'`)
    await soon(() => expect(receiver.got).toHaveLength(1))
    expect(receiver.got[0]?.json.data?.title).toContain('Still active')
    expect(receiver.got[0]?.json.data?.text).toContain('still active 30 min after it was acknowledged')
  })

  it('says nothing of what was due before the step was made', async () => {
    const boss = await hook()
    await rig.admin.ask('POST', '/escalation-steps', {
      channelId: boss.id,
      after: 'raised',
      minutes: 10,
      priorities: ['critical'],
    })
    await rig.raise({ priority: 'critical', raisedAt: Date.now() - 11 * MINUTE })
    const { rows } = await rig.ingest.query('select escalate_alarms() as taken')
    expect(rows).toEqual([{ taken: 0 }])
  })
})

describe('a server whose clock is wrong', () => {
  it.each([
    ['ahead', 1_800_000],
    ['behind', -1_800_000],
  ])('%s: an alarm is told at once', async (_, offsetMs) => {
    const { id: channelId } = await hook()
    await rig.rule(channelId)
    await rig.raise()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offsetMs })
    try {
      rig.start()
      await vi.waitFor(() => expect(receiver.got).toHaveLength(1), { timeout: 5_000, interval: 20 })
    } finally {
      vi.useRealTimers()
    }
  })
})
