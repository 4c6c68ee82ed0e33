import { timingSafeEqual } from 'node:crypto'
import { createAccess, supplierOf } from './broker/access.ts'
import type { Authenticate } from './broker/sign-in.ts'
import { DeviceId } from './model/reading.ts'
import type { MqttAccess } from './routes/dependencies.ts'
import type { DeviceSignIn } from './store/device-sign-in.ts'
import { hashToken } from './store/people.ts'
import type { Pool } from './store/pool.ts'
import { authenticateSupplier } from './store/supplier-sign-in.ts'

/** Judges whoever speaks MQTT to us: a device by its secret, a supplier by its token. `ingest` acts as zaitu_ingest. */
export const mqttClients =
  (devices: DeviceSignIn, ingest: Pool): Authenticate =>
  (clientId, secret) => {
    const supplierId = supplierOf(clientId)
    return supplierId === null
      ? devices.authenticate(clientId, secret)
      : authenticateSupplier(ingest, supplierId, secret)
  }

const same = (one: string, other: string): boolean => timingSafeEqual(hashToken(one), hashToken(other))

/** The same for a broker that asks over HTTP, to which we are a client as well, with an account in the settings. */
export const mqttAccess = (
  secret: string,
  authenticate: Authenticate,
  own: { username?: string | undefined; password?: string | undefined },
): MqttAccess => ({
  secret,
  signIn: async (clientId, username, password) => {
    if (own.username !== undefined && own.password !== undefined && same(username, own.username))
      return same(password, own.password) ? 'server' : 'deny'
    if (clientId !== username || !DeviceId.safeParse(clientId).success) return 'deny'
    return (await authenticate(clientId, password)).ok ? 'allow' : 'deny'
  },
  may: (clientId, username, action, topic) => {
    if (own.username !== undefined && username === own.username) return true
    if (clientId !== username || !DeviceId.safeParse(clientId).success) return false
    const access = createAccess(clientId)
    return action === 'publish' ? access.mayPublish(topic) : access.maySubscribe(topic)
  },
})
