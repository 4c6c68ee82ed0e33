import { timingSafeEqual } from 'node:crypto'
import { hashToken } from './people.ts'
import type { Pool } from './pool.ts'

export type DeviceIdentity = { id: number; code: string; orgId: string }
export type DeviceSignedIn =
  | {
      ok: true
      device: DeviceIdentity
      /** epoch milliseconds at which this secret ends, where it is the old one of two */
      until: number | null
      /** Judges the same secret anew, past all memory: for a connection that was let in with it. */
      again(): Promise<DeviceSignedIn>
    }
  | { ok: false; reason: string; revoked?: boolean }

export type DeviceSignIn = {
  /** Judges id and secret, for MQTT and for HTTP Basic. Rejects when the database is out of reach. */
  authenticate(code: string, secret: string): Promise<DeviceSignedIn>
  /** Whether a device that has proved its name by a certificate may speak. */
  byCertificate(code: string): Promise<DeviceSignedIn>
  /** Forgets what is remembered of a device whose secret or right to speak has changed. */
  forget(code: string): void
}

/** How long a right secret is remembered: an outage ends with 10,000 devices that come back at once. */
const REMEMBER_MS = 30_000
const MOST_REMEMBERED = 50_000
const NOBODY = Buffer.alloc(32)

type Row = {
  id: number
  org_id: string
  secret_hash: Buffer
  previous: Buffer | null
  previous_until: Date | null
  revoked: boolean
}

/** Most devices looked up in one statement. */
const LOOKED_UP_AT_ONCE = 500

type Find = (code: string) => Promise<Row | undefined>

/**
 * Looks devices up, those of the same moment in one statement: ten thousand that come back at once after an outage are
 * some dozens of statements, and not ten thousand that wait for a connection until their time is over.
 */
const createFind = (pool: Pool): Find => {
  type Asked = { code: string; resolve(row: Row | undefined): void; reject(error: unknown): void }
  const queue: Asked[] = []
  let asking = false

  const askNext = async (): Promise<void> => {
    const asked = queue.splice(0, LOOKED_UP_AT_ONCE)
    try {
      const { rows } = await pool.query<Row & { code: string }>({
        name: 'authenticate-devices',
        text: `select code, id, org_id, secret_hash, revoked_at is not null as revoked,
                 case when previous_until > now() then previous_secret_hash end as previous, previous_until
               from devices where code = any($1::text[])`,
        values: [asked.map(({ code }) => code)],
      })
      const found = new Map(rows.map((row) => [row.code, row]))
      for (const { code, resolve } of asked) resolve(found.get(code))
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }
  const run = async (): Promise<void> => {
    asking = true
    while (queue.length > 0) await askNext()
    asking = false
  }

  return (code) =>
    new Promise((resolve, reject) => {
      // the database takes no such text, and would refuse the whole statement for it: nobody's sign-in hangs on another's
      if (code.includes('\0')) return resolve(undefined)
      queue.push({ code, resolve, reject })
      // what else comes in the same turn of the event loop goes along
      if (!asking) {
        asking = true
        setImmediate(() => void run())
      }
    })
}

const REVOKED = { ok: false, reason: 'this device has been revoked', revoked: true } as const

const judge = async (find: Find, code: string, hash: Buffer): Promise<DeviceSignedIn> => {
  const row = await find(code)
  // compared also when there is nothing to compare with, so that each answer takes the same time
  const current = timingSafeEqual(hash, row?.secret_hash ?? NOBODY)
  const previous = timingSafeEqual(hash, row?.previous ?? NOBODY)
  if (row === undefined || !(current || previous))
    return { ok: false, reason: 'this device id and secret do not belong together' }
  if (row.revoked) return REVOKED
  return {
    ok: true,
    device: { id: row.id, code, orgId: row.org_id },
    until: current ? null : (row.previous_until?.getTime() ?? null),
    again: () => judge(find, code, hash),
  }
}

/** Judges one secret against the database, without memory. `pool` acts as zaitu_ingest, which sees every device. */
export const authenticateDevice = (pool: Pool, code: string, secret: string): Promise<DeviceSignedIn> =>
  judge(createFind(pool), code, hashToken(secret))

const certified = async (find: Find, code: string): Promise<DeviceSignedIn> => {
  const row = await find(code)
  if (row === undefined) return { ok: false, reason: 'no device of this id is registered' }
  if (row.revoked) return REVOKED
  return {
    ok: true,
    device: { id: row.id, code, orgId: row.org_id },
    until: null,
    again: () => certified(find, code),
  }
}

/** The same with a memory of right answers only; a wrong one is asked anew each time. */
export const deviceSignIn = (pool: Pool, { now = Date.now }: { now?: () => number } = {}): DeviceSignIn => {
  type Right = Extract<DeviceSignedIn, { ok: true }>
  const find = createFind(pool)
  const remembered = new Map<string, { hash: Buffer; answer: Right; until: number }>()
  // a rotation while the database is asked must not leave the old secret remembered
  let generation = 0
  return {
    async authenticate(code, secret) {
      const hash = hashToken(secret)
      const known = remembered.get(code)
      if (known !== undefined && known.until > now() && timingSafeEqual(known.hash, hash)) return known.answer
      const asked = generation
      const answer = await judge(find, code, hash)
      if (answer.ok && asked === generation) {
        const until = Math.min(now() + REMEMBER_MS, answer.until ?? Number.POSITIVE_INFINITY)
        remembered.delete(code)
        remembered.set(code, { hash, answer, until })
        const oldest = remembered.keys().next().value
        if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
      }
      return answer
    },
    byCertificate: (code) => certified(find, code),
    forget(code) {
      generation += 1
      remembered.delete(code)
    },
  }
}
