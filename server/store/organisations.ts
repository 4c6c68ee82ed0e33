import type { Organisation } from '../model/account.ts'
import type { Tx } from './pool.ts'

const COLUMNS = `id, name, kind, id = app_org() as self, has_people(id) as "hasPeople"`

/** At most `limit` of one's own and those that it knows, after this name and id, in their order. */
export const listOrganisations = async (
  tx: Tx,
  { after, limit }: { after: [string, string] | null; limit: number },
): Promise<Organisation[]> => {
  const { rows } = await tx.query<Organisation>(
    `select ${COLUMNS} from organisations
     where $1::text is null or (name, id) > ($1::text, $2::uuid) order by name, id limit $3::integer`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows
}

export const readOrganisation = async (tx: Tx, id: string): Promise<Organisation | null> => {
  const { rows } = await tx.query<Organisation>(`select ${COLUMNS} from organisations where id = $1::uuid`, [id])
  return rows[0] ?? null
}

/** Whether one may invite the first person of another organisation: it has nobody yet, and one has added it. */
export const mayBegin = async (tx: Tx, id: string): Promise<boolean> => {
  const { rows } = await tx.query<{ may: boolean }>('select may_begin($1::uuid) as may', [id])
  return rows[0]?.may === true
}

/** Adds an organisation that one will know; `taken` when one knows one of this name and kind, null when one may not. */
export const makeOrganisation = async (
  tx: Tx,
  { name, kind }: Pick<Organisation, 'name' | 'kind'>,
): Promise<Organisation | 'taken' | null> => {
  const same = await tx.query('select from organisations where lower(name) = lower($1::text) and kind = $2::text', [
    name,
    kind,
  ])
  if (same.rowCount !== 0) return 'taken'
  const { rows } = await tx.query<{ id: string | null }>('select make_organisation($1::text, $2::text) as id', [
    name,
    kind,
  ])
  const id = rows[0]?.id ?? null
  return id === null ? null : readOrganisation(tx, id)
}
