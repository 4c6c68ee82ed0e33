import type { Person, PersonPatch } from '../model/account.ts'
import type { Tx } from './pool.ts'

const COLUMNS = `id, email, name, role, disabled_at is not null as disabled, iso(last_seen_at) as "lastSeenAt"`

/** At most `limit` of one's own people whose address comes after `after`, by address. */
export const listPeople = async (tx: Tx, { after, limit }: { after: string; limit: number }): Promise<Person[]> => {
  const { rows } = await tx.query<Person>(
    `select ${COLUMNS} from people where email > $1::text order by email limit $2::integer`,
    [after, limit],
  )
  return rows
}

export const readPerson = async (tx: Tx, id: string): Promise<Person | null> => {
  const { rows } = await tx.query<Person>(`select ${COLUMNS} from people where id = $1::uuid`, [id])
  return rows[0] ?? null
}

export const personExists = async (tx: Tx, email: string): Promise<boolean> => {
  const { rowCount } = await tx.query('select from people where email = $1::text', [email])
  return rowCount === 1
}

/**
 * Changes a person of one's own organisation. `last`: nobody would be left to administer it, so nothing was changed.
 * A person who is disabled has no session, known browser or reset link any more.
 */
export const changePerson = async (tx: Tx, id: string, patch: PersonPatch): Promise<Person | 'last' | null> => {
  const person = await readPerson(tx, id)
  if (person === null) return null
  if ((patch.role ?? 'admin') !== 'admin' || patch.disabled === true) {
    // in one order, so that two who demote one another take turns and the second sees what the first did
    const { rows } = await tx.query<{ id: string }>(
      `select id from people where role = 'admin' and disabled_at is null order by id for update`,
    )
    if (rows.length === 1 && rows[0]?.id === id) return 'last'
  }
  await tx.query(
    `update people set name = coalesce($2::text, name), role = coalesce($3::text, role),
       disabled_at = case when $4::boolean then coalesce(disabled_at, now()) when not $4::boolean then null else disabled_at end
     where id = $1::uuid`,
    [id, patch.name ?? null, patch.role ?? null, patch.disabled ?? null],
  )
  if (patch.disabled === true) {
    await tx.query('delete from sessions where person_id = $1::uuid', [id])
    await tx.query('delete from known_browsers where person_id = $1::uuid', [id])
    await withdrawResets(tx, id)
  }
  return readPerson(tx, id)
}

/** Ends the reset links of a person that are still open. */
export const withdrawResets = async (tx: Tx, personId: string): Promise<void> => {
  await tx.query(
    `update invitations set withdrawn_at = now()
     where person_id = $1::uuid and purpose = 'reset' and used_at is null and withdrawn_at is null`,
    [personId],
  )
}
