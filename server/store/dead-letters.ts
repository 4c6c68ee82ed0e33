import type { Tx } from './pool.ts'

/** Something that was not stored, with what a person needs to mend it. Times in epoch ms. */
export type DeadLetter = {
  orgId: string | null
  deviceId: number | null
  receivedAt: number
  topic: string
  payload: Buffer
  reason: string
  /** the batch, or message, that it is of, and what of it: what is tried again writes no letter twice */
  batchId: string
  part: string
}

export const insertDeadLetters = async (tx: Tx, letters: readonly DeadLetter[]): Promise<void> => {
  if (letters.length === 0) return
  await tx.query({
    name: 'insert-dead-letters',
    text: `insert into dead_letters (org_id, device_id, received_at, topic, payload, reason, batch_id, part)
     select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::bytea[], $6::text[], $7::uuid[], $8::text[])
     on conflict do nothing`,
    values: [
      letters.map((letter) => letter.orgId),
      letters.map((letter) => letter.deviceId),
      letters.map((letter) => new Date(letter.receivedAt)),
      letters.map((letter) => storable(letter.topic)),
      letters.map((letter) => letter.payload),
      letters.map((letter) => storable(letter.reason)),
      letters.map((letter) => letter.batchId),
      letters.map((letter) => storable(letter.part)),
    ],
  })
}

/** PostgreSQL's text holds no NUL; a letter must be storable whatever came in. */
const storable = (text: string): string => text.replaceAll('\0', '\u2400').slice(0, 2_000)
