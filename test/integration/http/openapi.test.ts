import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type Service, startService } from './service.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const Media = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }))
const Operation = z.object({
  tags: z.array(z.string()).min(1),
  summary: z.string().min(1),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.unknown() })).optional(),
  requestBody: z.object({ content: Media }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Media.optional() })),
})
const Description = z.object({
  openapi: z.string().regex(/^3\.1\./),
  info: z.object({ title: z.literal('Zaitu'), version: z.string() }),
  paths: z.record(
    z.string(),
    z.record(z.enum(['get', 'post', 'patch', 'delete']), Operation).or(z.record(z.string(), Operation)),
  ),
})

it('describes every path that clients rely on', async () => {
  const answer = await service.app.inject('/api/openapi.json')
  expect(answer.headers['content-type']).toContain('application/json')
  const description = Description.parse(answer.json())
  const offered = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path.replace('/api/v1', '').replace(/\/$/, '')}`),
  )
  expect(offered).toEqual(
    expect.arrayContaining([
      'post /session',
      'get /session',
      'delete /session',
      'get /session/list',
      'delete /session/list/{id}',
      'put /session/password',
      'post /session/invitation/look',
      'post /session/invitation',
      'get /session/providers',
      'get /session/oidc/{id}',
      'get /session/oidc/{id}/callback',
      'get /organisations',
      'post /organisations',
      'get /people',
      'post /people',
      'patch /people/{id}',
      'post /people/{id}/reset',
      'get /invitations',
      'delete /invitations/{id}',
      'get /tokens',
      'post /tokens',
      'delete /tokens/{id}',
      'get /devices',
      'post /devices',
      'post /devices/{id}/secret',
      'get /substances',
      'post /substances',
      'get /tanks',
      'post /tanks',
      'get /sites',
      'post /sites',
      'get /shipments',
      'post /shipments',
      'get /shipments/{id}',
      'patch /shipments/{id}',
      'post /shipments/{id}/assignments',
      'patch /shipments/{id}/assignments/{assignmentId}',
      'get /shipments/{id}/readings',
      'get /shipments/{id}/track',
      'get /shipments/{id}/alarms',
      'get /shipments/{id}/limits',
      'get /sparklines',
      'get /alarms',
      'get /alarms/{id}',
      'post /alarms/{id}/acknowledge',
      'post /alarms/{id}/comment',
      'get /dead-letters',
      'get /dead-letters/{id}',
      'post /dead-letters/{id}/replay',
      'get /shipments/{id}/export',
      'get /share-links',
      'post /share-links',
      'delete /share-links/{id}',
      'get /share-links/{id}/uses',
      'post /session/share',
      'post /telemetry',
    ]),
  )
  expect(offered.filter((path) => /livez|readyz|metrics|docs|openapi/.test(path))).toEqual([])
})

it('names every parameter of a path, a success and the form of a refusal, and refers to nothing that is missing', async () => {
  const body: unknown = (await service.app.inject('/api/openapi.json')).json()
  const description = Description.parse(body)
  for (const [path, item] of Object.entries(description.paths))
    for (const [method, operation] of Object.entries(item)) {
      const where = `${method} ${path}`
      const inPath = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name)
      expect(inPath.toSorted(), where).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).toSorted())
      expect(
        // a sign-in by a company's provider is all redirects
        Object.keys(operation.responses).some((status) => /^2\d\d$|^303$/.test(status)),
        where,
      ).toBe(true)
      expect(Object.keys(operation.responses.default?.content ?? {}), where).toEqual(['application/problem+json'])
    }
  for (const [, pointer = ''] of JSON.stringify(body).matchAll(/"\$ref":"#([^"]+)"/g)) {
    const found = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>(
        (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
        body,
      )
    expect(found, pointer).toBeDefined()
  }
})
