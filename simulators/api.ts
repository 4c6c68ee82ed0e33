import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { DeviceSecret, Substance } from '../server/model/masterdata.ts'
import { Problem, pageOf } from '../server/model/page.ts'
import { Session } from '../server/model/session.ts'
import type { Substance as Simulated } from './substance.ts'

type Method = 'GET' | 'POST'
type Answer = { status: number; body: unknown }

export type ShipmentOrder = {
  reference: string
  substanceCas: string
  origin: { name: string; lat: number; lon: number }
  destination: { name: string; lat: number; lon: number }
  /** epoch ms */
  departAt: number
  eta: number
  limits?: Simulated['limits']
  deviceId: string
  /** epoch ms from which the device belongs to it */
  from: number
}

const Created = z.object({ id: z.string() })
const TRIES = 20

/** Signs in and gives the few calls that a simulator needs. Each throws a sentence that says what the server answered. */
export const signIn = async (base: string, email: string, password: string) => {
  const headers: Record<string, string> = {}

  const call = async (method: Method, path: string, body?: unknown): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(new URL(`/api/v1${path}`, base), {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      })
      if (response.status === 429 && attempt < TRIES) {
        await sleep(1000 * Math.min(60, Number(response.headers.get('retry-after')) || attempt))
        continue
      }
      const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
      if (cookies.length > 0) headers.cookie = cookies.join('; ')
      const text = await response.text()
      const json = (response.headers.get('content-type') ?? '').includes('json')
      return { status: response.status, body: json && text !== '' ? JSON.parse(text) : text }
    }
  }
  const expect = async <Schema extends z.ZodType>(
    schema: Schema,
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<z.infer<Schema>> => {
    const answer = await call(method, path, body)
    if (answer.status < 300) return schema.parse(answer.body)
    const problem = Problem.safeParse(answer.body)
    throw new Error(
      `${method} ${path} was answered with ${answer.status}: ${problem.success ? problem.data.detail : String(answer.body).slice(0, 200)}`,
    )
  }

  const session = await expect(Session, 'POST', '/session', { email, password })
  headers['x-csrf-token'] = session.csrfToken

  const substances = async (): Promise<Set<string>> => {
    const known = new Set<string>()
    let cursor = ''
    do {
      const page = await expect(pageOf(Substance.pick({ cas: true })), 'GET', `/substances?limit=1000${cursor}`)
      for (const { cas } of page.items) known.add(cas)
      cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`
    } while (cursor !== '')
    return known
  }

  return {
    /** The secret of a new device, or a fresh one of a device that exists already. */
    async registerDevice(device: {
      id: string
      intervalSeconds: number
      reportSeconds?: number
      pressureReference: 'absolute' | 'gauge'
    }): Promise<string> {
      const answer = await call('POST', '/devices', device)
      if (answer.status < 300) return DeviceSecret.parse(answer.body).secret
      if (answer.status === 409)
        return (await expect(DeviceSecret, 'POST', `/devices/${encodeURIComponent(device.id)}/secret`, {})).secret
      const problem = Problem.safeParse(answer.body)
      throw new Error(`device ${device.id} was refused: ${problem.success ? problem.data.detail : answer.status}`)
    },
    /** Adds those of these substances that the server does not know. */
    async ensureSubstances(wanted: readonly Simulated[]): Promise<void> {
      const known = await substances()
      for (const { cas, un, name, hazardClass, packingGroup } of wanted)
        if (!known.has(cas))
          await expect(z.unknown(), 'POST', '/substances', {
            cas,
            un,
            name,
            hazardClass,
            ...(packingGroup && { packingGroup }),
          })
    },
    /** Creates the shipment and lends it the device. */
    async createShipment(order: ShipmentOrder): Promise<string> {
      const { id } = await expect(Created, 'POST', '/shipments', {
        reference: order.reference,
        substance: { cas: order.substanceCas },
        origin: order.origin,
        destination: order.destination,
        departAt: new Date(order.departAt).toISOString(),
        eta: new Date(order.eta).toISOString(),
        phase: 'in-transit',
        ...(order.limits && { limits: order.limits }),
      })
      await expect(z.unknown(), 'POST', `/shipments/${id}/assignments`, {
        deviceId: order.deviceId,
        from: new Date(order.from).toISOString(),
      })
      return id
    },
  }
}
export type Api = Awaited<ReturnType<typeof signIn>>
