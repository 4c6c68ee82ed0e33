import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DeviceCreate, SubstanceCreate } from '../../../server/model/masterdata.ts'
import { SignIn } from '../../../server/model/session.ts'
import { AssignmentCreate, ShipmentCreate } from '../../../server/model/shipment.ts'
import { signIn } from '../../../simulators/api.ts'
import { substanceOf } from '../../../simulators/substance.ts'

const ID = '5b0ff0ca-29f1-4b9e-8dd8-0a2b4f1f5d11'
type Call = { path: string; body: unknown; cookie: string | undefined; csrf: string | undefined }

let calls: Call[] = []
let busy = 0
let close = async () => {}
let url = ''

const read = async (request: IncomingMessage): Promise<unknown> => {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}
/** What the server answers, by the model's own schemas: a body that these refuse, the server refuses. */
const answer = (path: string, body: unknown): [status: number, body: unknown] => {
  if (path === 'POST /api/v1/session') {
    const { email } = SignIn.parse(body)
    const organisation = { id: ID, name: 'Buyer', kind: 'buyer' }
    return [
      200,
      {
        user: { id: ID, kind: 'person', shipmentId: null, email, name: 'A', role: 'admin', organisation },
        csrfToken: 'token-1',
        expiresAt: '2027-01-01T00:00:00.000Z',
      },
    ]
  }
  if (path === 'POST /api/v1/devices') {
    const { id } = DeviceCreate.parse(body)
    if (id === 'known') return [409, { type: 'x', title: 'x', status: 409, detail: 'known is registered already' }]
    if (id === 'bad') return [400, { type: 'x', title: 'x', status: 400, detail: 'no bad devices' }]
    return [201, { id, secret: `secret of ${id}` }]
  }
  if (path === 'POST /api/v1/devices/known/secret') return [200, { id: 'known', secret: 'rotated' }]
  if (path === 'GET /api/v1/substances?limit=1000') return [200, { items: [{ cas: '67-56-1' }], next: 'more' }]
  if (path === 'GET /api/v1/substances?limit=1000&cursor=more')
    return [200, { items: [{ cas: '64-17-5' }], next: null }]
  if (path === 'POST /api/v1/substances') return [201, SubstanceCreate.parse(body)]
  if (path === 'POST /api/v1/shipments') return [201, { id: ID, ...ShipmentCreate.parse(body) }]
  if (path === `POST /api/v1/shipments/${ID}/assignments`) return [201, AssignmentCreate.parse(body)]
  return [404, { type: 'x', title: 'x', status: 404, detail: `no ${path}` }]
}

beforeEach(async () => {
  calls = []
  busy = 0
  const server = createServer(async (request, response) => {
    const path = `${request.method} ${request.url}`
    const body = await read(request)
    if (busy-- > 0) return response.writeHead(429, { 'retry-after': '0.01' }).end()
    calls.push({ path, body, cookie: request.headers.cookie, csrf: request.headers['x-csrf-token']?.toString() })
    const [status, json] = answer(path, body)
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json',
      ...(path === 'POST /api/v1/session' && { 'set-cookie': 'zaitu_session=abc; HttpOnly; Path=/' }),
    })
    response.end(JSON.stringify(json))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = z.object({ port: z.number() }).parse(server.address())
  url = `http://127.0.0.1:${address.port}`
  close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
})
afterEach(() => close())

describe('the HTTP side of a simulator', () => {
  it('signs in once, and carries cookie and CSRF token from then on', async () => {
    const api = await signIn(url, 'buyer@example.com', 'password')
    expect(await api.registerDevice({ id: 'new', intervalSeconds: 10, pressureReference: 'gauge' })).toBe(
      'secret of new',
    )
    expect(calls[1]).toMatchObject({
      path: 'POST /api/v1/devices',
      cookie: 'zaitu_session=abc',
      csrf: 'token-1',
      body: { id: 'new', intervalSeconds: 10, pressureReference: 'gauge' },
    })
  })

  it('takes a fresh secret for a device that exists, and hands on why another is refused', async () => {
    const api = await signIn(url, 'buyer@example.com', 'password')
    expect(await api.registerDevice({ id: 'known', intervalSeconds: 10, pressureReference: 'absolute' })).toBe(
      'rotated',
    )
    await expect(api.registerDevice({ id: 'bad', intervalSeconds: 10, pressureReference: 'absolute' })).rejects.toThrow(
      'device bad was refused: no bad devices',
    )
  })

  it('adds only the substances that are missing, over all pages of the list', async () => {
    const api = await signIn(url, 'buyer@example.com', 'password')
    await api.ensureSubstances(['67-56-1', '64-17-5', '100-42-5'].map(substanceOf))
    expect(calls.filter(({ path }) => path === 'POST /api/v1/substances').map(({ body }) => body)).toMatchObject([
      { cas: '100-42-5', un: '2055' },
    ])
  })

  it('creates a shipment with limits, and lends it the device', async () => {
    const api = await signIn(url, 'buyer@example.com', 'password')
    const from = Date.parse('2026-05-01T08:00:00Z')
    const place = { name: 'Here', lat: 30, lon: 120 }
    const order = { reference: 'R', substanceCas: '67-56-1', origin: place, destination: place, deviceId: 'new' }
    const { limits } = substanceOf('67-56-1')
    expect(await api.createShipment({ ...order, departAt: from, eta: from + 1000, from, limits })).toBe(ID)
    expect(calls.at(-1)?.body).toEqual({ deviceId: 'new', from: '2026-05-01T08:00:00.000Z' })
  })

  it('waits and asks again where the server is busy', async () => {
    busy = 2
    await expect(signIn(url, 'buyer@example.com', 'password')).resolves.toBeDefined()
    expect(calls).toHaveLength(1)
  })
})
