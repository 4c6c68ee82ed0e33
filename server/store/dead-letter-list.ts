import type { Tx } from './pool.ts'

/** As much of a payload as is shown, bytes. */
const SHOWN_BYTES = 4096

export type DeadLetter = {
  id: string
  topic: string
  reason: string
  payload: Buffer
  payloadBytes: number
  receivedAt: Date
}

/** Dead letters of the organisation of `tx`, newest first, with the beginning of each payload. */
export const listDeadLetters = async (
  tx: Tx,
  { before, limit }: { before: string | null; limit: number },
): Promise<DeadLetter[]> => {
  const { rows } = await tx.query<DeadLetter>(
    `select l.id::text, l.topic, l.reason, substring(l.payload from 1 for ${SHOWN_BYTES}) as payload,
       octet_length(l.payload) as "payloadBytes", l.received_at as "receivedAt"
     from dead_letters l where l.org_id = app_org() and ($1::bigint is null or l.id < $1::bigint)
     order by l.id desc limit $2::integer`,
    [before, limit],
  )
  return rows
}
