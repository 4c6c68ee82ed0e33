import type { Tx } from './pool.ts'

/** As much of a payload as is shown in a list, bytes. */
const SHOWN_BYTES = 4096

export type DeadLetter = {
  id: string
  topic: string
  reason: string
  payload: Buffer
  payloadBytes: number
  receivedAt: Date
  replayedAt: Date | null
  replayedBy: string | null
  /** readings or milestones that were taken then */
  replayStored: number | null
  /** and what was still wrong with it */
  replayLetters: number | null
}

const FACTS = `l.id::text, l.topic, l.reason, octet_length(l.payload) as "payloadBytes", l.received_at as "receivedAt",
  l.replayed_at as "replayedAt", l.replayed_by as "replayedBy", l.replay_stored as "replayStored", l.replay_letters as "replayLetters"`

/** Dead letters of the organisation of `tx`, newest first, with the beginning of each payload. */
export const listDeadLetters = async (
  tx: Tx,
  { before, replayed = null, limit }: { before: string | null; replayed?: boolean | null; limit: number },
): Promise<DeadLetter[]> => {
  const { rows } = await tx.query<DeadLetter>(
    `select ${FACTS}, substring(l.payload from 1 for ${SHOWN_BYTES}) as payload
     from dead_letters l where l.org_id = app_org() and ($1::bigint is null or l.id < $1::bigint)
       and ($3::boolean is null or (l.replayed_at is not null) = $3::boolean)
     order by l.id desc limit $2::integer`,
    [before, limit, replayed],
  )
  return rows
}

/**
 * One with its whole payload; null when the organisation has none of this id. `hold`: nobody else may send it through
 * again until the transaction is over.
 */
export const readDeadLetter = async (tx: Tx, id: string, { hold = false } = {}): Promise<DeadLetter | null> => {
  const { rows } = await tx.query<DeadLetter>(
    `select ${FACTS}, l.payload from dead_letters l where l.org_id = app_org() and l.id = $1::bigint${hold ? ' for update' : ''}`,
    [id],
  )
  return rows[0] ?? null
}

export const noteReplay = async (
  tx: Tx,
  id: string,
  { by, stored, deadLetters }: { by: string | null; stored: number; deadLetters: number },
): Promise<void> => {
  await tx.query(
    `update dead_letters set replayed_at = now(), replayed_by = $2::text, replay_stored = $3::integer, replay_letters = $4::integer
     where id = $1::bigint and org_id = app_org()`,
    [id, by, stored, deadLetters],
  )
}
