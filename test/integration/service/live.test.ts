import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { EMAIL, PASSWORD, type Running, type Socket, startRunning, telemetry } from './running.ts'
import { openShare } from './shares.ts'

let running: Running
afterEach(() => running.close())

const subscribed = async (topic: string, after?: string): Promise<Socket> => {
  const socket = await running.connect()
  socket.say({ type: 'subscribe', topic, ...(after !== undefined && { after }) })
  await expect.poll(() => socket.of('snapshot').length).toBe(1)
  return socket
}
const changes = (socket: Socket) =>
  socket.of('alarm').map(({ change, alarm }) => `${change} ${alarm.deviceId} ${alarm.state}`)

describe('live', () => {
  it('sends a device away whose secret has changed', async () => {
    running = await startRunning()
    const { deviceId, secret } = await running.lend('tank-1')
    const device = await running.device(deviceId, secret)
    const gone = new Promise<void>((resolve) => device.once('close', () => resolve()))
    expect((await running.ask('POST', `/devices/${deviceId}/secret`, { overlapHours: 0 })).status).toBe(201)
    await gone
  })

  it('lets a client go that asks without waiting for answers', async () => {
    running = await startRunning()
    const socket = await running.connect()
    for (let i = 0; i < 5_000; i++) socket.say({ type: 'subscribe', topic: 'alarms' })
    expect(await socket.closed).toEqual({ code: 1008 })
  })

  it('shows a reading that a device has sent, as a snapshot and as it comes', async () => {
    running = await startRunning()
    const { shipmentId, deviceId, secret } = await running.lend('tank-1')
    const socket = await subscribed('fleet')
    expect(socket.of('snapshot')[0]).toMatchObject({ topic: 'fleet', items: [{ id: shipmentId, newest: null }] })
    const device = await running.device(deviceId, secret)
    const time = new Date().toISOString()
    await device.publishAsync(telemetry(deviceId), JSON.stringify({ time, temperature: 21.5, pressure: 1.2 }), {
      qos: 1,
    })
    await expect
      .poll(() => socket.of('readings').at(-1)?.items, { timeout: 10_000 })
      .toMatchObject([{ shipmentId, deviceId, time, temperature: 21.5, pressure: 1.2 }])
    const other = await subscribed(`shipment:${shipmentId}`)
    expect(other.of('snapshot')[0]?.items).toMatchObject([{ id: shipmentId, newest: { temperature: 21.5, time } }])
  })

  it('merges to at most four frames a second, and a late reading never takes the place of the newest', async () => {
    running = await startRunning()
    const { deviceId, secret } = await running.lend('tank-1')
    const socket = await subscribed('fleet')
    const device = await running.device(deviceId, secret)
    const start = Date.now()
    for (let i = 0; i < 100; i++)
      await device.publishAsync(telemetry(deviceId), JSON.stringify({ time: start - 100 + i, temperature: i }), {
        qos: 1,
      })
    await device.publishAsync(telemetry(deviceId), JSON.stringify({ time: start - 3_600_000, temperature: -99 }), {
      qos: 1,
    })
    const seconds = (Date.now() - start) / 1000
    await expect.poll(() => socket.of('readings').at(-1)?.items[0]?.temperature).toBe(99)
    await running.settled()
    expect(socket.of('readings').length).toBeLessThanOrEqual(4 * seconds + 2)
    expect(socket.of('readings').flatMap(({ items }) => items.map((item) => item.temperature))).not.toContain(-99)
  })

  it('tells every alarm change in order, and resumes after a cursor without a gap or a double', async () => {
    running = await startRunning()
    const { deviceId, secret } = await running.lend('tank-1')
    const socket = await subscribed('alarms')
    const device = await running.device(deviceId, secret)
    const from = Date.now() - 60_000
    for (const [i, temperature] of [31, 20, 32, 20, 33].entries())
      await device.publishAsync(telemetry(deviceId), JSON.stringify({ time: from + i * 1_000, temperature }), {
        qos: 1,
      })
    await expect.poll(() => socket.of('alarm').length).toBe(5)
    const open = await running.ask('GET', '/alarms?state=open')
    await running.ask('POST', `/alarms/${open.body.items?.[0]?.id}/acknowledge`, { note: 'called the driver' })
    await expect.poll(() => socket.of('alarm').length).toBe(6)
    expect(changes(socket)).toEqual([
      'raised tank-1 active-unacknowledged',
      'cleared tank-1 cleared-unacknowledged',
      'raised tank-1 active-unacknowledged',
      'cleared tank-1 cleared-unacknowledged',
      'raised tank-1 active-unacknowledged',
      'acknowledged tank-1 active-acknowledged',
    ])
    const cursors = socket.of('alarm').map(({ cursor }) => cursor)
    await running.restart()
    const resumed = await subscribed('alarms', cursors[1])
    await expect.poll(() => resumed.of('alarm').length).toBe(4)
    expect(resumed.of('alarm').map(({ cursor }) => cursor)).toEqual(cursors.slice(2))
    const again = await running.device(deviceId, secret)
    await again.publishAsync(telemetry(deviceId), JSON.stringify({ time: from + 10_000, temperature: 20 }), { qos: 1 })
    await expect.poll(() => changes(resumed).at(-1)).toBe('cleared tank-1 cleared')
  })

  it('answers garbage with an error, and the third in a row with 1008', async () => {
    running = await startRunning()
    const socket = await running.connect()
    for (const garbage of ['{', '[]']) socket.say(garbage)
    socket.say({ type: 'subscribe', topic: 'fleet' }) // something sensible forgives
    for (const garbage of ['{"type":"hack"}', '{"type":"subscribe","topic":"everything"}', 'x']) socket.say(garbage)
    expect(await socket.closed).toEqual({ code: 1008 })
    expect(socket.of('error')).toHaveLength(5)
  })

  it('says that there is no such shipment', async () => {
    running = await startRunning()
    const socket = await running.connect()
    for (const id of ['00000000-0000-4000-8000-000000000000', '------------------------------------'])
      socket.say({ type: 'subscribe', topic: `shipment:${id}` })
    await expect
      .poll(() => socket.of('error').map(({ message }) => message))
      .toEqual([expect.stringMatching(/there is no shipment 0000/), expect.stringMatching(/there is no shipment ---/)])
  })

  /** What a connection is answered; one that is let in stays until `release`. */
  const knock = (headers: Record<string, string>, protocols: string[] = []) =>
    new Promise<{ code: number; type: string; most: string; release(): void }>((resolve) => {
      const ws = new WebSocket(`${running.base.replace('http', 'ws')}/live`, protocols, { headers })
      const release = () => ws.terminate()
      ws.on('unexpected-response', (_request, response) => {
        const { 'content-type': type = '', 'x-ratelimit-limit': most } = response.headers
        resolve({ code: response.statusCode ?? 0, type, most: String(most), release })
      })
      ws.on('open', () => resolve({ code: 101, type: '', most: '', release }))
      ws.on('error', () => undefined)
    })
  const code = async (headers: Record<string, string>, protocols?: string[]) => {
    const answer = await knock(headers, protocols)
    answer.release()
    return answer.code
  }

  it('lets in who is signed in from our own page, or from no page', async () => {
    running = await startRunning({ TRUST_PROXY: '127.0.0.1', PUBLIC_URL: 'https://zaitu.example' })
    const { cookie } = running
    const origin = new URL(running.base).origin
    expect(await knock({})).toMatchObject({ code: 401, type: expect.stringMatching('application/problem[+]json'), most: '6000' }) // biome-ignore format: one line
    expect(await code({ cookie: 'zaitu_session=wrong' })).toBe(401)
    expect(await code({ cookie })).toBe(101)
    expect(await code({ cookie, origin })).toBe(101)
    for (const evil of ['https://evil.example', 'null', origin.replace(/\d+$/, '1')])
      expect(await knock({ cookie, origin: evil })).toMatchObject({ code: 403, type: expect.stringMatching('problem') })
    expect(await code({ authorization: `Bearer ${cookie.split('=')[1]}` })).toBe(101)
    const plain = await fetch(`${running.base}/live`, { headers: { cookie } })
    expect([plain.status, plain.headers.get('content-type')]).toEqual([426, expect.stringMatching('problem')])
    // reached over TLS, a page of our name that came without it may be anybody's
    const secure = origin.replace('http', 'https')
    const proxied = { cookie, 'x-forwarded-proto': 'https' }
    expect([await code({ ...proxied, origin }), await code({ ...proxied, origin: secure })]).toEqual([403, 101])
    const named = { cookie, host: 'zaitu.example' }
    expect(await code({ ...named, origin: 'http://zaitu.example' })).toBe(403)
    expect(await code({ ...named, origin: 'https://zaitu.example' })).toBe(101)
  })

  it('has so many connections for a session, a token and a link, and no more', async () => {
    running = await startRunning()
    const { shipmentId } = await running.lend('tank-1')
    const made = await running.ask('POST', '/tokens', {
      name: 'wall', scope: 'read', expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    }) // biome-ignore format: one line
    const again = await fetch(`${running.base}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
    })
    const { cookie: share } = await openShare(running, shipmentId)
    const each: [number, Record<string, string>, string[]?][] = [
      [20, { cookie: running.cookie }],
      [20, { cookie: again.headers.get('set-cookie')?.split(';')[0] ?? '' }],
      [100, { authorization: `Bearer ${made.body.token}` }],
      [20, { cookie: share }, ['zaitu.share']],
    ]
    for (const [most, headers, protocols] of each) {
      // all at once, so that none is looked at after another has come in
      const held = await Promise.all(Array.from({ length: most }, () => knock(headers, protocols)))
      expect(held.map(({ code }) => code)).toEqual(Array(most).fill(101))
      expect(await knock(headers, protocols)).toMatchObject({ code: 429, type: expect.stringMatching('problem') })
      for (const { release } of held) release()
      await expect.poll(() => code(headers, protocols)).toBe(101)
    }
  })

  it('closes a frame over 64 KiB', async () => {
    running = await startRunning()
    const socket = await running.connect()
    socket.say('x'.repeat(70_000))
    expect((await socket.closed).code).toBe(1009)
  })

  it('acknowledged and cleared at the same moment: the last entry tells of both', async () => {
    running = await startRunning()
    const { deviceId, secret } = await running.lend('tank-1')
    const socket = await subscribed('alarms')
    const device = await running.device(deviceId, secret)
    const from = Date.now() - 60_000
    const send = (second: number, temperature: number) =>
      device.publishAsync(telemetry(deviceId), JSON.stringify({ time: from + second * 1_000, temperature }), { qos: 1 })
    for (let i = 0; i < 15; i++) {
      await send(2 * i, 35)
      const open = await running.ask('GET', '/alarms?state=open')
      const id = open.body.items?.[0]?.id
      await Promise.all([send(2 * i + 1, 20), running.ask('POST', `/alarms/${id}/acknowledge`, {})])
      await expect
        .poll(() => socket.of('alarm').filter(({ alarm }) => alarm.id === id).length, { timeout: 5_000 })
        .toBe(3)
      const last = socket
        .of('alarm')
        .filter(({ alarm }) => alarm.id === id)
        .at(-1)?.alarm
      expect(last).toMatchObject({
        state: 'cleared',
        acknowledgedBy: expect.any(String),
        clearedAt: expect.any(String),
      })
    }
  })
})
