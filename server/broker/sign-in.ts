import type { AedesOptions, Client, ConnectPacket } from 'aedes'
import type { Logger } from '../log.ts'
import { DeviceId } from '../model/reading.ts'
import { type Access, createAccess } from './access.ts'

export type Authenticate = (deviceId: string, secret: string) => Promise<{ ok: true } | { ok: false; reason: string }>

/** CONNACK return codes, MQTT 3.1.1, 3.2.2.3. */
const UNAVAILABLE = 3
const BAD_CREDENTIALS = 4
const NOT_AUTHORISED = 5

const refusal = (returnCode: 3 | 4 | 5, reason: string) => Object.assign(new Error(reason), { returnCode })

/**
 * Who may connect: client id = user name = device id, password = its secret, a will only to what the device may
 * publish. While the check itself fails (database out of reach) the answer is "server unavailable", so that a device
 * tries again instead of giving up.
 */
export const createSignIn = (
  authenticate: Authenticate,
  log: Logger,
  onSignedIn: (client: Client, access: Access) => void,
): Required<Pick<AedesOptions, 'preConnect' | 'authenticate'>> => {
  const connects = new WeakMap<Client, ConnectPacket>()

  const judge = async (client: Client, username: string | undefined, secret: string) => {
    if (!DeviceId.safeParse(client.id).success) return refusal(BAD_CREDENTIALS, 'the client id is no device id')
    if (username !== client.id) return refusal(BAD_CREDENTIALS, 'user name and client id must both be the device id')
    const access = createAccess(client.id)
    const will = connects.get(client)?.will
    if (will && !access.mayPublish(will.topic)) return refusal(NOT_AUTHORISED, `a will to ${will.topic} is not allowed`)
    try {
      const answer = await authenticate(client.id, secret)
      if (!answer.ok) return refusal(BAD_CREDENTIALS, answer.reason)
    } catch (error) {
      return refusal(UNAVAILABLE, `the secret could not be checked: ${error instanceof Error ? error.message : error}`)
    }
    if (!client.closed) onSignedIn(client, access)
    return null
  }

  return {
    preConnect: (client, packet, callback) => {
      // No session outlives its connection: what aedes would queue for an absent device has no bound. It is told so
      // by "session present: 0", subscribes again, and gets the retained `committed`.
      packet.clean = true
      connects.set(client, packet)
      callback(null, true)
    },
    authenticate: (client, username, password, done) => {
      void judge(client, username, password?.toString() ?? '').then((refused) => {
        connects.delete(client)
        if (refused) log.warn({ deviceId: client.id, reason: refused.message }, 'refused the sign-in of a device')
        done(refused, refused === null)
      })
    },
  }
}
