import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Service, startService } from './service.ts'

let service: Service
let buyer: Client
let stranger: Client
let supplierId: string
beforeAll(async () => {
  service = await startService()
  buyer = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.admin)
  supplierId = (await buyer.ask('POST', '/organisations', { name: 'Foundry', kind: 'supplier' })).json().id
})
afterAll(() => service.close())

const place = async (number: string, line: object = {}) =>
  (
    await buyer.ask('POST', '/orders', {
      number,
      supplierId,
      orderedAt: '2026-11-01T00:00:00Z',
      lines: [
        { line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: '2027-01-01T00:00:00Z', ...line },
      ],
    })
  ).json().lines[0]
const stagesOf = ({ stages }: { stages: { stage: string }[] }) => stages.map(({ stage }) => stage)

it('a plan is set, used for new lines, replaced and ended; lines that are there keep their stages', async () => {
  const made = await buyer.ask('POST', '/stage-plans', {
    family: 'Castings',
    supplierId,
    stages: [
      { stage: 'mould-opened', usualDays: 10 },
      { stage: 'poured', weight: 2, usualDays: 4 },
    ],
  })
  expect([made.statusCode, made.json()]).toEqual([
    201,
    expect.objectContaining({ family: 'Castings', supplierName: 'Foundry' }),
  ])
  const line = await place('P-1', { family: 'castings' })
  expect(line.stages).toMatchObject([
    { stage: 'mould-opened', plannedAt: '2026-11-11T00:00:00.000Z', usualDays: 10 },
    { stage: 'poured', weight: 2, plannedAt: '2026-11-15T00:00:00.000Z' },
  ])
  // the family of a substance is said once
  expect(await place('P-2')).toMatchObject({ family: 'castings', stages: [{ stage: 'mould-opened' }, {}] })
  await buyer.ask('POST', '/stage-plans', { family: 'Castings', supplierId, stages: [{ stage: 'ready' }] })
  expect(stagesOf(await place('P-3'))).toEqual(['ready'])
  const plans = (await buyer.ask('GET', '/stage-plans')).json().items
  expect(plans).toHaveLength(1)
  expect((await stranger.ask('DELETE', `/stage-plans/${plans[0].id}`)).statusCode).toBe(404)
  expect((await stranger.ask('GET', '/stage-plans')).json().items).toEqual([])
  expect((await buyer.ask('DELETE', `/stage-plans/${plans[0].id}`)).statusCode).toBe(204)
  expect((await buyer.ask('DELETE', `/stage-plans/${plans[0].id}`)).statusCode).toBe(404)
  expect(stagesOf(await place('P-4'))).toContain('synthesis')
  // what a line says itself goes before any plan
  await buyer.ask('POST', '/stage-plans', { stages: [{ stage: 'ready' }] })
  expect(stagesOf(await place('P-5', { stages: [{ stage: 'filled' }] }))).toEqual(['filled'])
})

it('stages of one’s own have a name, and stand beside those that everybody knows', async () => {
  const names = async (client: Client) =>
    (await client.ask('GET', '/stages')).json().items.filter((s: { own: boolean }) => s.own)
  await buyer.ask('POST', '/stages', { stage: 'poured', name: 'Poured', nameZh: '浇注' })
  await buyer.ask('POST', '/stages', { stage: 'poured', name: 'Cast', nameZh: '浇注' })
  expect(await names(buyer)).toEqual([{ stage: 'poured', name: 'Cast', nameZh: '浇注', own: true }])
  expect(await names(stranger)).toEqual([])
  expect((await buyer.ask('GET', '/stages')).json().items.map((s: { stage: string }) => s.stage)).toContain(
    'heat-treated',
  )
})

it.each([
  ['no stages', { stages: [] }, 400],
  ['a stage twice', { stages: [{ stage: 'ready' }, { stage: 'ready' }] }, 400],
  ['a stage that is no word', { stages: [{ stage: 'Ready!' }] }, 400],
  [
    'a supplier that nobody knows',
    { supplierId: '00000000-0000-4000-8000-000000000000', stages: [{ stage: 'ready' }] },
    422,
  ],
])('a plan of %s is refused', async (_what, body, status) => {
  expect((await buyer.ask('POST', '/stage-plans', body)).statusCode).toBe(status)
})
