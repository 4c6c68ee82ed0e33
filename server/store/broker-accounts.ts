import type { Pool } from './pool.ts'

/** Who should have an account at a broker whose accounts we keep. `pool` acts as the owner. */
export const expectedAccounts = async (
  pool: Pool,
): Promise<{ devices: Set<string>; revoked: Set<string>; suppliers: Map<string, Set<string>>; ended: Set<string> }> => {
  const { rows } = await pool.query<{ code: string; revoked: boolean }>(
    'select code, revoked_at is not null as revoked from devices',
  )
  const tokens = await pool.query<{ org_id: string; id: string; holds: boolean }>(
    `select org_id, id, revoked_at is null and expires_at > now() as holds from api_tokens where scope = 'milestones'`,
  )
  const suppliers = new Map<string, Set<string>>()
  for (const { org_id, id, holds } of tokens.rows)
    if (holds) suppliers.set(org_id, (suppliers.get(org_id) ?? new Set()).add(id))
  return {
    devices: new Set(rows.flatMap(({ code, revoked }) => (revoked ? [] : [code]))),
    revoked: new Set(rows.flatMap(({ code, revoked }) => (revoked ? [code] : []))),
    suppliers,
    ended: new Set(tokens.rows.flatMap(({ id, holds }) => (holds ? [] : [id]))),
  }
}

/** Notes which devices have an account there; `pool` acts as zaitu_ingest. */
export const noteAccounts = async (
  pool: Pool,
  { ok, missing }: { ok: readonly string[]; missing: readonly string[] },
): Promise<void> => {
  await pool.query(
    `update devices set broker_account = case when code = any($2::text[]) then 'missing' else 'ok' end
     where revoked_at is null
       and ((code = any($1::text[]) and broker_account is distinct from 'ok')
         or (code = any($2::text[]) and broker_account is distinct from 'missing'))`,
    [ok, missing],
  )
}
