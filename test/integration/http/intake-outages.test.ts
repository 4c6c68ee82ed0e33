import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Service, startService } from './service.ts'

let service: Service
let viewer: Client
let member: Client
let stranger: Client
const began = Date.parse('2026-11-20T08:00:00.123Z')

beforeAll(async () => {
  service = await startService()
  viewer = await service.signIn(service.one.email.viewer)
  member = await service.signIn(service.one.email.member)
  stranger = await service.signIn(service.other.email.admin)
  await service.owner.query(
    `insert into intake_notices (org_id, began_at, ended_at, devices, recovered) values ($1, $3, $4, 14, 12), ($2, $3, $4, 2, 0)`,
    [service.one.id, service.other.id, new Date(began), new Date(began + 600_000)],
  )
})
afterAll(() => service.close())

const items = async (client: Client) => (await client.ask('GET', '/intake-outages')).json().items

it('is one entry for each organisation, acknowledged by a person of it and for it alone', async () => {
  const entry = {
    beganAt: '2026-11-20T08:00:00.123Z', endedAt: '2026-11-20T08:10:00.123Z', devices: 14, recovered: 12, partly: 0,
    acknowledgedAt: null, acknowledgedBy: null,
  } // biome-ignore format: short
  expect(await items(viewer)).toEqual([entry])
  const until = { until: entry.beganAt }
  expect((await viewer.ask('POST', '/intake-outages/acknowledge', until)).statusCode).toBe(403)
  const earlier = await member.ask('POST', '/intake-outages/acknowledge', { until: began - 1 })
  expect(earlier.json().items).toEqual([entry])
  const answer = await member.ask('POST', '/intake-outages/acknowledge', until)
  expect(answer.json().items).toEqual([
    { ...entry, acknowledgedAt: expect.any(String), acknowledgedBy: 'The member of one' },
  ])
  expect(await items(stranger)).toMatchObject([{ devices: 2, acknowledgedAt: null }])
})
