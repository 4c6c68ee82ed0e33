import type { DeviceItem } from '../../dashboard/manage/requests.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'

/** The devices of the fixture, with secrets that are told once and can be asked for by a test. */
export const createDevices = (shipments: readonly ShipmentDetail[], startedAt: number) => {
  const stamp = new Date(startedAt).toISOString()
  const secrets = new Map<string, string[]>()
  const devices: DeviceItem[] = shipments.slice(0, 8).map((shipment, i) => ({
    id: shipment.newest?.deviceId ?? '',
    intervalSeconds: 1,
    reportSeconds: i % 2 ? 60 : 1,
    pressureReference: i % 3 ? 'absolute' : 'gauge',
    status: i % 4 === 3 ? 'offline' : 'online',
    statusAt: stamp,
    createdAt: stamp,
    revokedAt: i === 6 ? stamp : null,
    oldSecretValidUntil: i === 2 ? new Date(startedAt + 5 * 3_600_000).toISOString() : null,
    brokerAccount: null,
  }))
  const newSecret = (id: string): string => {
    const made = `secret-${(secrets.get(id)?.length ?? 0) + 1}-of-${id}`
    secrets.set(id, [...(secrets.get(id) ?? []), made])
    return made
  }

  /** `null` where the path is of something else. */
  const answer = (
    method: string,
    path: string,
    body: Record<string, unknown>,
  ): { status: number; body: unknown } | null => {
    if (path === '/connection')
      return {
        status: 200,
        body: { mqtt: 'mqtt://zaitu.example:1883', mqtts: 'mqtts://zaitu.example:8883', http: 'https://zaitu.example' },
      }
    if (path === '/devices' && method === 'GET') return { status: 200, body: { items: devices, next: null } }
    if (path === '/devices') {
      const id = String(body.id)
      if (devices.some((device) => device.id === id)) {
        const detail = `The device id ${id} is taken.`
        const errors = [{ path: 'id', message: detail }]
        return { status: 409, body: { type: 'about:blank', title: 'Conflict', status: 409, detail, errors } }
      }
      devices.unshift({
        id,
        intervalSeconds: Number(body.intervalSeconds),
        reportSeconds: Number(body.reportSeconds ?? body.intervalSeconds),
        pressureReference: body.pressureReference === 'gauge' ? 'gauge' : 'absolute',
        status: 'unknown',
        statusAt: null,
        createdAt: new Date().toISOString(),
        revokedAt: null,
        oldSecretValidUntil: null,
        brokerAccount: null,
      })
      return { status: 201, body: { id, secret: newSecret(id) } }
    }
    const named = /^\/devices\/([^/]+)(\/secret)?$/.exec(path)
    const device = devices.find(({ id }) => id === named?.[1])
    if (device === undefined) return null
    if (method === 'DELETE') {
      device.revokedAt = new Date().toISOString()
      return { status: 204, body: null }
    }
    const hours = Number(body.overlapHours ?? 24)
    device.oldSecretValidUntil = hours === 0 ? null : new Date(Date.now() + hours * 3_600_000).toISOString()
    const { id, oldSecretValidUntil } = device
    return { status: 201, body: { id, secret: newSecret(id), oldValidUntil: oldSecretValidUntil } }
  }
  return { answer, secrets }
}
