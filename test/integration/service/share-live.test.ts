import pino from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openPool } from '../../../server/store/pool.ts'
import { type Running, startRunning, telemetry } from './running.ts'
import { connectShare, openShare } from './shares.ts'

const SOON = { timeout: 10_000 }
let running: Running
const opened: WebSocket[] = []
beforeEach(async () => {
  running = await startRunning()
})
afterEach(async () => {
  for (const ws of opened.splice(0)) ws.terminate()
  await running.close()
})

const share = (shipmentId: string, lastsMs?: number) => openShare(running, shipmentId, lastsMs)
const connect = async (cookie: string, protocols?: string[]) => {
  const holder = await connectShare(running, cookie, protocols)
  opened.push(holder.ws)
  return holder
}

it('shows live the one shipment and its alarms, and nothing else', async () => {
  const [mine, other] = [await running.lend('tank-1'), await running.lend('tank-2')]
  const { cookie } = await share(mine.shipmentId)
  // a person of the same browser is signed in, too
  const holder = await connect(`${running.cookie}; ${cookie}`)
  expect(holder.ws.protocol).toBe('zaitu.share')
  for (const topic of ['fleet', 'orders', `shipment:${other.shipmentId}`, `shipment:${mine.shipmentId}`, 'alarms'])
    holder.say({ type: 'subscribe', topic })
  await expect.poll(() => holder.frames.length, SOON).toBe(5)
  expect(holder.frames.map((frame) => [frame.type, frame.topic])).toEqual([
    ['error', undefined],
    ['error', undefined],
    ['error', undefined],
    ['snapshot', `shipment:${mine.shipmentId}`],
    ['snapshot', 'alarms'],
  ])
  const devices = [await running.device('tank-1', mine.secret), await running.device('tank-2', other.secret)]
  const person = await running.connect()
  person.say({ type: 'subscribe', topic: 'fleet' })
  person.say({ type: 'subscribe', topic: 'alarms' })
  await expect.poll(() => person.of('snapshot').length, SOON).toBe(2)
  // the foreign one speaks first: what came of it would have come before what is waited for
  for (const [i, device] of devices.toReversed().entries())
    await device.publishAsync(
      telemetry(i === 0 ? 'tank-2' : 'tank-1'),
      JSON.stringify({ time: Date.now(), temperature: 50 }),
      { qos: 1 },
    )
  await expect.poll(() => person.of('alarm').length, SOON).toBe(2)
  const live = () => holder.frames.slice(5)
  await expect.poll(() => new Set(live().map((frame) => frame.type)), SOON).toEqual(new Set(['readings', 'alarm']))
  expect(JSON.stringify(live())).toContain(mine.shipmentId)
  expect(JSON.stringify(holder.frames.slice(3))).not.toContain(other.shipmentId)
  expect(JSON.stringify(holder.frames.slice(3))).not.toContain('tank-2')
})

it('ends within a second when the link is withdrawn, and another link stays', async () => {
  const { shipmentId } = await running.lend('tank-1')
  const [one, two] = [await share(shipmentId), await share(shipmentId)]
  const [first, second] = [await connect(one.cookie), await connect(two.cookie)]
  const person = await running.connect()
  const at = Date.now()
  expect((await running.ask('DELETE', `/share-links/${one.id}`)).status).toBe(204)
  expect(await first.closed).toBe(1008)
  expect(Date.now() - at).toBeLessThan(3_000)
  second.say({ type: 'subscribe', topic: `shipment:${shipmentId}` })
  await expect.poll(() => second.frames.length, SOON).toBe(1)
  expect([second.ws.readyState, person.ws.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
  await expect(connect(one.cookie)).rejects.toThrow('401')
})

it('ends when the link does', async () => {
  const { shipmentId } = await running.lend('tank-1')
  const { cookie } = await share(shipmentId, 2_500)
  const holder = await connect(cookie)
  expect(await holder.closed).toBe(1008)
  await expect(connect(cookie)).rejects.toThrow('401')
})

it('does not connect by a link but from its page, nor from its page without one', async () => {
  const { shipmentId } = await running.lend('tank-1')
  const { cookie } = await share(shipmentId)
  await expect(connect(cookie, [])).rejects.toThrow('401')
  await expect(connect(running.cookie)).rejects.toThrow('401')
})

it('leaves a trace of a connection that goes on', async () => {
  const { shipmentId } = await running.lend('tank-1')
  const { id, cookie } = await share(shipmentId)
  const owner = openPool(running.databaseUrl, { role: 'owner', max: 1, log: pino({ level: 'silent' }) })
  await owner.query(`update share_sessions set traced_at = now() - interval '2 h'`)
  await owner.end()
  await connect(cookie)
  const uses = (await running.ask('GET', `/share-links/${id}/uses`)).body.items
  expect(uses?.map((use) => use.from)).toEqual(['127.0.0.1', '127.0.0.1'])
})
