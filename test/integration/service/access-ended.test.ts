import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Running, startRunning } from './running.ts'

let running: Running
beforeAll(async () => {
  running = await startRunning()
})
afterAll(() => running.close())

/** Asked for at once: the check that comes round by itself does so every 30 s. */
const SOON_MS = 5_000
const within = <T>(promise: Promise<T>): Promise<T | 'not in time'> =>
  Promise.race([promise, new Promise<'not in time'>((resolve) => setTimeout(resolve, SOON_MS, 'not in time').unref())])

/** Somebody new, who listens by a session of their own. */
const listener = async (email: string) => {
  const invited = await running.ask('POST', '/people', { email, name: 'L', role: 'viewer' })
  const answer = await fetch(`${running.base}/session/invitation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: String(invited.body.link).split('#')[1], password: 'a long and fresh one' }),
  })
  const { user } = (await answer.json()) as { user: { id: string } }
  const [cookie = ''] = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
  return { id: user.id, socket: await running.connect({ cookie }) }
}

it('ends the pushes to a person who is disabled at once, and to nobody else', async () => {
  const [gone, stays] = [await listener('gone@buyer.example'), await listener('stays@buyer.example')]
  await running.ask('PATCH', `/people/${gone.id}`, { disabled: true })
  expect(await within(gone.socket.closed)).toEqual({ code: 1008 })
  stays.socket.say({ type: 'subscribe', topic: 'fleet' })
  await expect.poll(() => stays.socket.of('snapshot').length).toBe(1)
})

it('ends those of a token that is revoked', async () => {
  const body = { name: 'listener', scope: 'read', expiresAt: new Date(Date.now() + 86_400_000).toISOString() }
  const { body: made } = await running.ask('POST', '/tokens', body)
  const socket = await running.connect({ authorization: `Bearer ${made.token}` })
  socket.say({ type: 'subscribe', topic: 'fleet' })
  await expect.poll(() => socket.of('snapshot').length).toBe(1)
  expect((await running.ask('DELETE', `/tokens/${made.id}`)).status).toBe(204)
  expect(await within(socket.closed)).toEqual({ code: 1008 })
})

it('does not let a token listen that is for telemetry only', async () => {
  const body = { name: 'sender', scope: 'telemetry', expiresAt: new Date(Date.now() + 86_400_000).toISOString() }
  const { body: made } = await running.ask('POST', '/tokens', body)
  await expect(running.connect({ authorization: `Bearer ${made.token}` })).rejects.toThrow('401')
})

it('ends those of a session whose person signs out', async () => {
  const socket = await running.connect()
  expect((await running.ask('DELETE', '/session?everywhere=true')).status).toBe(204)
  expect(await within(socket.closed)).toEqual({ code: 1008 })
})
