import type { FastifyRequest } from 'fastify'
import { type Deed, record } from '../store/audit.ts'
import { asOrganisation, type Pool, type Tx } from '../store/pool.ts'
import { signedIn } from './authentication.ts'

/** What a change answers, and what is written down of it; no deed only where nothing was changed after all. */
export type Done<Answer> = { answer: Answer; deed: Deed | null }

/**
 * Every change by whoever is signed in goes through here: in one transaction, as seen by their organisation, the change
 * and its entry in the audit. Never a password, a secret or a token in the deed's details.
 */
export const change = <Answer>(
  pool: Pool,
  request: FastifyRequest,
  work: (tx: Tx) => Promise<Done<Answer>>,
): Promise<Answer> => {
  const who = signedIn(request)
  return asOrganisation(pool, who, async (tx) => {
    const { answer, deed } = await work(tx)
    if (deed !== null) await record(tx, who, request.ip, deed)
    return answer
  })
}
