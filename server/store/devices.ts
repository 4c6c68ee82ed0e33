import type { Device } from '../model/masterdata.ts'
import { hashToken, newSecret } from './people.ts'
import type { Tx } from './pool.ts'

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
  const { id, intervalSeconds, reportSeconds, pressureReference } = device
  const { rowCount } = await tx.query(
    `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
     values ($1::text, $2::uuid, $3::double precision, $4::double precision, $5::text, $6::bytea)
     on conflict (code) do nothing`,
    [id, orgId, intervalSeconds, reportSeconds, pressureReference, hashToken(secret)],
  )
  return rowCount === 0 ? null : { id: device.id, secret }
}

/** Whether the organisation has a device of this id, revoked or not. */
export const hasDevice = async (tx: Tx, code: string): Promise<boolean> => {
  const { rowCount } = await tx.query('select from devices where code = $1::text', [code])
  return rowCount === 1
}

export type Rotated =
  | { ok: true; secret: string; oldValidUntil: string | null }
  | { ok: false; why: 'unknown' | 'revoked' }

/**
 * Gives a device of the organisation a new secret; the one it had until now stays valid for `overlapMs`, one from before
 * that ends. With 0 both end at once.
 */
export const rotateSecret = async (tx: Tx, code: string, overlapMs: number): Promise<Rotated> => {
  const secret = newSecret()
  const { rows } = await tx.query<{ revoked: boolean; old_until: Date | null }>(
    `select revoked, old_until
     from rotate_device_secret($1::text, $2::bytea, $3::double precision * interval '1 ms')`,
    [code, hashToken(secret), overlapMs],
  )
  const [row] = rows
  if (row === undefined) return { ok: false, why: 'unknown' }
  if (row.revoked) return { ok: false, why: 'revoked' }
  return { ok: true, secret, oldValidUntil: row.old_until?.toISOString() ?? null }
}

/** Ends a device's access for good, its old secret too; false when the organisation has no such device. */
export const revokeDevice = async (tx: Tx, code: string): Promise<boolean> => {
  const { rows } = await tx.query<{ revoked: boolean }>('select revoke_device($1::text) as revoked', [code])
  return rows[0]?.revoked === true
}

type DeviceRow = {
  code: string
  interval_seconds: number
  report_seconds: number
  pressure_reference: Device['pressureReference']
  status: Device['status']
  status_at: Date | null
  created_at: Date
  revoked_at: Date | null
  old_until: Date | null
  broker_account: Device['brokerAccount']
}

const view = (row: DeviceRow): Device => ({
  id: row.code,
  intervalSeconds: row.interval_seconds,
  reportSeconds: row.report_seconds,
  pressureReference: row.pressure_reference,
  status: row.status,
  statusAt: row.status_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  revokedAt: row.revoked_at?.toISOString() ?? null,
  oldSecretValidUntil: row.old_until?.toISOString() ?? null,
  brokerAccount: row.broker_account,
})

const COLUMNS = `code, interval_seconds, report_seconds, pressure_reference, status, status_at, created_at, revoked_at,
  case when previous_until > now() then previous_until end as old_until, broker_account`

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

/** Notes that the broker has an account of this device now. */
export const noteBrokerAccount = async (tx: Tx, code: string): Promise<void> => {
  await tx.query(`update devices set broker_account = 'ok' where org_id = app_org() and code = $1::text`, [code])
}
