import type { User } from '../model/session.ts'
import { createInvitation, type Invited, withdrawEarlier } from './invitations.ts'
import { inTransaction, type Pool, type Tx } from './pool.ts'
import { withdrawResets } from './staff.ts'

type Kind = User['organisation']['kind']
type Organisation = { id: string; name: string; kind: Kind }

/** What the command was asked for, and what came of it. */
export type AdminInvited =
  | ({ ok: true; organisation: Organisation; purpose: 'invitation' | 'reset' } & Invited)
  | { ok: false; reason: string }

const findOrganisations = async (tx: Tx, nameOrId: string): Promise<Organisation[]> => {
  const { rows } = await tx.query<Organisation>(
    'select id, name, kind from organisations where lower(name) = lower($1::text) or id::text = $1::text order by id',
    [nameOrId],
  )
  return rows
}

const addOrganisation = async (tx: Tx, name: string, kind: Kind): Promise<Organisation> => {
  const { rows } = await tx.query<Organisation>(
    'insert into organisations (name, kind) values ($1::text, $2::text) returning id, name, kind',
    [name, kind],
  )
  const [made] = rows
  if (made === undefined) throw new Error('an insert returned no row')
  return made
}

/**
 * A link by which somebody becomes an administrator of an organisation, which is made where there is none of this name.
 * Whoever is a person of it already is made one (and enabled again), and gets a link to set a new password: the way back
 * in for whoever runs this installation. `pool` acts as the owner; never a password of ours.
 */
export const inviteAdmin = (
  pool: Pool,
  { email, organisation, kind }: { email: string; organisation: string; kind?: Kind | undefined },
): Promise<AdminInvited> =>
  inTransaction(pool, async (tx) => {
    // not beside the first start, which makes somebody where there is nobody (first-admin.ts)
    await tx.query('select pg_advisory_xact_lock(5240716)')
    const address = email.toLowerCase()
    const [known, ...more] = await findOrganisations(tx, organisation)
    if (more.length > 0)
      return {
        ok: false,
        reason: `Several organisations are called ${organisation}. Name one by its id: ${[known, ...more].map((one) => one?.id).join(', ')}`,
      }
    if (known !== undefined && kind !== undefined && known.kind !== kind)
      return { ok: false, reason: `${known.name} is there already, as a ${known.kind}.` }
    const { rows } = await tx.query<{ id: string; org_id: string; name: string }>(
      'select id, org_id, name from people where email = $1::text',
      [address],
    )
    const [person] = rows
    if (person !== undefined && person.org_id !== known?.id)
      return { ok: false, reason: `${address} is an account of another organisation already.` }

    const org = known ?? (await addOrganisation(tx, organisation, kind ?? 'buyer'))
    const invite = { orgId: org.id, madeBy: org.id, createdBy: null, email: address, role: 'admin' } as const
    if (person === undefined) {
      await withdrawEarlier(tx, { orgId: org.id, email: address })
      const made = await createInvitation(tx, { ...invite, name: address })
      return { ok: true, organisation: org, purpose: 'invitation', ...made }
    }
    await tx.query(`update people set role = 'admin', disabled_at = null where id = $1::uuid`, [person.id])
    await withdrawResets(tx, person.id)
    const made = await createInvitation(tx, { ...invite, name: person.name, personId: person.id })
    return { ok: true, organisation: org, purpose: 'reset', ...made }
  })
