import { timingSafeEqual } from 'node:crypto'
import type { Device } from '../model/masterdata.ts'
import { hashToken, newSecret } from './people.ts'
import type { Pool, Tx } from './pool.ts'

export type DeviceSettings = {
  id: string
  intervalSeconds: number
  reportSeconds: number
  pressureReference: Device['pressureReference']
}

/** Registers a device; null when its id is taken, by whomever: ids are the same for all organisations. */
export const registerDevice = async (
  tx: Tx,
  orgId: string,
  device: DeviceSettings,
): Promise<{ id: string; secret: string } | null> => {
  const secret = newSecret()
  const { rowCount } = await tx.query(
    `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
     values ($1::text, $2::uuid, $3::double precision, $4::double precision, $5::text, $6::bytea)
     on conflict (code) do nothing`,
    [device.id, orgId, device.intervalSeconds, device.reportSeconds, device.pressureReference, hashToken(secret)],
  )
  return rowCount === 0 ? null : { id: device.id, secret }
}

/** Gives a device a new secret; null when the organisation has no such device. */
export const rotateSecret = async (tx: Tx, code: string): Promise<string | null> => {
  const secret = newSecret()
  const { rowCount } = await tx.query('update devices set secret_hash = $2::bytea where code = $1::text', [
    code,
    hashToken(secret),
  ])
  return rowCount === 0 ? null : secret
}

type DeviceRow = {
  code: string
  interval_seconds: number
  report_seconds: number
  pressure_reference: Device['pressureReference']
  status: Device['status']
  status_at: Date | null
  created_at: Date
}

const view = (row: DeviceRow): Device => ({
  id: row.code,
  intervalSeconds: row.interval_seconds,
  reportSeconds: row.report_seconds,
  pressureReference: row.pressure_reference,
  status: row.status,
  statusAt: row.status_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
})

const COLUMNS = 'code, interval_seconds, report_seconds, pressure_reference, status, status_at, created_at'

/** At most `limit` of one's own devices whose id comes after `after`, by id. */
export const listDevices = async (tx: Tx, { after, limit }: { after: string; limit: number }): Promise<Device[]> => {
  const { rows } = await tx.query<DeviceRow>(
    `select ${COLUMNS} from devices where org_id = app_org() and code > $1::text order by code limit $2::integer`,
    [after, limit],
  )
  return rows.map(view)
}

/** The number that readings carry for this device; null when the organisation has no such device. */
export const deviceNumber = async (tx: Tx, code: string): Promise<number | null> => {
  const { rows } = await tx.query<{ id: number }>(
    'select id from devices where org_id = app_org() and code = $1::text',
    [code],
  )
  return rows[0]?.id ?? null
}

export type DeviceIdentity = { id: number; code: string; orgId: string }
export type DeviceSignedIn = { ok: true; device: DeviceIdentity } | { ok: false; reason: string }
export type DeviceSignIn = {
  /** Judges id and secret, for MQTT and for HTTP Basic. Rejects when the database is out of reach. */
  authenticate(code: string, secret: string): Promise<DeviceSignedIn>
  /** Forgets what is remembered of a device whose secret has changed. */
  forget(code: string): void
}

/** How long a right secret is remembered: an outage ends with 10,000 devices that come back at once. */
const REMEMBER_MS = 30_000
const MOST_REMEMBERED = 50_000

/** Judges one secret against the database, without memory. `pool` acts as zaitu_ingest, which sees every device. */
export const authenticateDevice = async (pool: Pool, code: string, secret: string): Promise<DeviceSignedIn> => {
  const { rows } = await pool.query<{ id: number; org_id: string; secret_hash: Buffer; revoked: boolean }>({
    name: 'authenticate-device',
    text: 'select id, org_id, secret_hash, revoked_at is not null as revoked from devices where code = $1::text',
    values: [code],
  })
  const row = rows[0]
  // compared also when there is nothing to compare with, so that both take the same time
  const right = timingSafeEqual(hashToken(secret), row?.secret_hash ?? Buffer.alloc(32))
  if (row === undefined || !right) return { ok: false, reason: 'this device id and secret do not belong together' }
  if (row.revoked) return { ok: false, reason: 'this device has been revoked' }
  return { ok: true, device: { id: row.id, code, orgId: row.org_id } }
}

/** The same with a memory of right answers only; a wrong one is asked anew each time. */
export const deviceSignIn = (pool: Pool, { now = Date.now }: { now?: () => number } = {}): DeviceSignIn => {
  const remembered = new Map<string, { hash: Buffer; device: DeviceIdentity; until: number }>()
  // a rotation while the database is asked must not leave the old secret remembered
  let generation = 0
  return {
    async authenticate(code, secret) {
      const known = remembered.get(code)
      if (known !== undefined && known.until > now() && timingSafeEqual(known.hash, hashToken(secret)))
        return { ok: true, device: known.device }
      const asked = generation
      const answer = await authenticateDevice(pool, code, secret)
      if (answer.ok && asked === generation) {
        remembered.delete(code)
        remembered.set(code, { hash: hashToken(secret), device: answer.device, until: now() + REMEMBER_MS })
        const oldest = remembered.keys().next().value
        if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
      }
      return answer
    },
    forget(code) {
      generation += 1
      remembered.delete(code)
    },
  }
}
