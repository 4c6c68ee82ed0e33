import { z } from 'zod'
import { hashToken } from './people.ts'
import type { Pool } from './pool.ts'

export type SupplierSignedIn =
  | { ok: true; until: number; again(): Promise<SupplierSignedIn> }
  | { ok: false; reason: string; revoked?: boolean }

/**
 * Judges an API token that a supplier's MQTT client gives as its password: it must be of that organisation, for
 * milestones, and hold still. `pool` acts as zaitu_ingest; rejects when the database is out of reach.
 */
export const authenticateSupplier = (pool: Pool, supplierId: string, token: string): Promise<SupplierSignedIn> => {
  const hash = hashToken(token)
  const judge = async (): Promise<SupplierSignedIn> => {
    const { rows } = await pool.query<{ org_id: string; scope: string; expires_at: Date }>({
      name: 'authenticate-supplier',
      text: 'select org_id, scope, expires_at from token_by_hash($1::bytea)',
      values: [hash],
    })
    const [row] = rows
    if (row === undefined || row.org_id !== supplierId || !z.uuid().safeParse(supplierId).success)
      return { ok: false, reason: 'this organisation and token do not belong together, or the token is over' }
    if (row.scope !== 'milestones')
      return { ok: false, reason: `this token is for ${row.scope}; one for milestones is needed` }
    return { ok: true, until: row.expires_at.getTime(), again: judge }
  }
  return judge()
}
