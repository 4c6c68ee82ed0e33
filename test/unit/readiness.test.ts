import { expect, it } from 'vitest'
import { createReadiness } from '../../server/readiness.ts'

const fine = {
  askDatabase: async () => 1,
  brokerConnected: () => true,
  lagMs: () => 0,
  redisConnected: () => null,
  stopping: () => false,
}

it('is ready while everything answers', async () => {
  expect(await createReadiness(fine)()).toEqual({
    ok: true,
    checks: { database: { ok: true }, broker: { ok: true }, intake: { ok: true } },
  })
})

it.each([
  ['database', { askDatabase: () => Promise.reject(new Error('refused')) }, 'refused'],
  ['database', { askDatabase: () => new Promise(() => undefined) }, 'no answer within 2000 ms'],
  ['broker', { brokerConnected: () => false }, 'the MQTT broker is out of reach'],
  ['intake', { lagMs: () => 31_000 }, 'the oldest message has waited 31 s to be committed'],
  ['server', { stopping: () => true }, 'it is stopping'],
])('says what is in the way: %s', async (name, change, reason) => {
  const { ok, checks } = await createReadiness({ ...fine, ...change })()
  expect(ok).toBe(false)
  expect(Object.entries(checks).filter(([, check]) => !check.ok)).toEqual([[name, { ok: false, reason }]])
})

it('names Redis where there is one, and works without it', async () => {
  expect(await createReadiness({ ...fine, redisConnected: () => true })()).toMatchObject({
    checks: { redis: { ok: true } },
  })
  expect(await createReadiness({ ...fine, redisConnected: () => false })()).toMatchObject({
    ok: true,
    checks: { redis: { ok: false, reason: expect.stringContaining('Redis is out of reach') } },
  })
})
