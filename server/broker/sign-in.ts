import type { AedesOptions, Client, ConnectPacket } from 'aedes'
import type { Logger } from '../log.ts'
import { DeviceId } from '../model/reading.ts'
import { type Access, createAccess } from './access.ts'
import { countFailures, type FailureLimits } from './failures.ts'
import { certificateName } from './tls.ts'

/** What became of a sign-in, or of one that is judged again. */
export type Judged =
  | {
      ok: true
      /** epoch milliseconds at which what it signed in with ends; null or absent: not by itself */
      until?: number | null
      /** judges the same credential anew; absent where that can't change */
      again?(): Promise<Judged>
    }
  | { ok: false; reason: string; revoked?: boolean }
export type Authenticate = (clientId: string, secret: string) => Promise<Judged>
export type SignedIn = Access & { clientId: string; judged: Extract<Judged, { ok: true }> }

type Options = {
  authenticate: Authenticate
  /** judges a device whose name is proved by its certificate */
  byCertificate?: ((deviceId: string) => Promise<Judged>) | undefined
  limits?: FailureLimits | undefined
  /** counts changes of anybody's access: a judgement that a change overtook is made again */
  changes: () => number
  log: Logger
  /** it has said who it is, whatever comes of that */
  onConnect: (client: Client) => void
  onSignedIn: (client: Client, signedIn: SignedIn) => void
}

/** CONNACK return codes, MQTT 3.1.1, 3.2.2.3. */
const UNAVAILABLE = 3
const BAD_CREDENTIALS = 4
const NOT_AUTHORISED = 5

type Refusal = Error & { returnCode: 3 | 4 | 5; quiet?: boolean }
const refusal = (returnCode: 3 | 4 | 5, reason: string): Refusal => Object.assign(new Error(reason), { returnCode })

const addressOf = ({ conn }: Client): string =>
  'remoteAddress' in conn && typeof conn.remoteAddress === 'string' ? conn.remoteAddress : ''

/**
 * Who may connect: client id = user name = device id (or `supplier:{organisation}`), password = its secret, a will only
 * to what it may publish. A certificate of the client CA stands for the secret, of the device in its common name and of
 * no other. While the check itself fails (database out of reach) the answer is "server unavailable", so that a device
 * tries again instead of giving up.
 */
export const createSignIn = (options: Options): Required<Pick<AedesOptions, 'preConnect' | 'authenticate'>> => {
  const { authenticate, byCertificate, changes, log, onSignedIn } = options
  const connects = new WeakMap<Client, ConnectPacket>()
  const failures = countFailures(options.limits)

  const ask = async (clientId: string, secret: string, certified: boolean): Promise<Judged> => {
    while (true) {
      const before = changes()
      const judged =
        certified && secret === '' && byCertificate !== undefined
          ? await byCertificate(clientId)
          : await authenticate(clientId, secret)
      if (changes() === before) return judged
    }
  }

  const judge = async (client: Client, username: string | undefined, secret: string): Promise<Refusal | null> => {
    if (!DeviceId.safeParse(client.id).success) return refusal(BAD_CREDENTIALS, 'the client id is no device id')
    const name = certificateName(client.conn)
    if (name !== null && name !== client.id)
      return refusal(NOT_AUTHORISED, `the certificate is for ${name}, and for no other client id`)
    if (username !== client.id && !(name !== null && username === undefined))
      return refusal(BAD_CREDENTIALS, 'user name and client id must both be the device id')
    const access = createAccess(client.id)
    const will = connects.get(client)?.will
    if (will && !access.mayPublish(will.topic)) return refusal(NOT_AUTHORISED, `a will to ${will.topic} is not allowed`)
    let judged: Judged
    try {
      judged = await ask(client.id, secret, name !== null)
    } catch (error) {
      return refusal(UNAVAILABLE, `the secret could not be checked: ${error instanceof Error ? error.message : error}`)
    }
    if (!judged.ok) return refusal(BAD_CREDENTIALS, judged.reason)
    if (!client.closed) onSignedIn(client, { ...access, clientId: client.id, judged })
    return null
  }

  const judgeOnce = async (client: Client, username: string | undefined, secret: string): Promise<Refusal | null> => {
    const address = addressOf(client)
    if (failures.tooMany(address, client.id))
      return Object.assign(refusal(UNAVAILABLE, 'too many failed sign-ins from this address'), { quiet: true })
    const refused = await judge(client, username, secret)
    if (refused === null) failures.succeeded(address, client.id)
    else if (refused.returnCode !== UNAVAILABLE && failures.failed(address, client.id))
      log.warn({ deviceId: client.id, from: address }, 'too many failed sign-ins; the next ones are not looked at')
    return refused
  }

  return {
    preConnect: (client, packet, callback) => {
      // No session outlives its connection: what aedes would queue for an absent device has no bound. It is told so
      // by "session present: 0", subscribes again, and gets the retained `committed`.
      packet.clean = true
      connects.set(client, packet)
      options.onConnect(client)
      callback(null, true)
    },
    authenticate: (client, username, password, done) => {
      void judgeOnce(client, username, password?.toString() ?? '').then((refused) => {
        connects.delete(client)
        if (refused?.quiet !== true && refused !== null)
          log.warn({ deviceId: client.id, reason: refused.message }, 'refused the sign-in of a device')
        done(refused, refused === null)
      })
    },
  }
}
