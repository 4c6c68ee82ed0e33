import { isDeepStrictEqual } from 'node:util'
import type { Actor, AuditEntry, AuditHead, AuditLine, Details, Subject } from '../model/audit.ts'
import { entryHash, NO_HASH } from './audit-chain.ts'
import type { Tx } from './pool.ts'

/** What was done, in the past: `shipment.created`. */
export type Deed = { action: string; subject: Subject; details?: Details }

/** Of two versions what differs: `{"limits": {"before": …, "after": …}}`. */
export const differences = (before: Details, after: Details): Details =>
  Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((key) => !isDeepStrictEqual(before[key], after[key]))
      .map((key) => [key, { before: before[key] ?? null, after: after[key] ?? null }]),
  )

/** JSON as it comes back: without what is undefined. */
const plain = (value: Details | undefined): Details => JSON.parse(JSON.stringify(value ?? {}))

/**
 * Appends to the chain of the organisation of `tx`, in the transaction of what was done. Last in it: the end of the
 * chain is held until the commit, and other changes of the organisation wait. `from` is an address.
 */
export const record = async (
  tx: Tx,
  who: Actor & { orgId: string },
  from: string,
  { action, subject, details }: Deed,
): Promise<void> => {
  const { rows } = await tx.query<{ seq: string; hash: Buffer; at: Date }>({
    name: 'lock-audit-head',
    text: 'select seq, hash, at from lock_audit_head()',
  })
  const head = rows[0]
  if (head === undefined) throw new Error('the end of the audit chain can not be held')
  const entry = {
    org: who.orgId,
    seq: Number(head.seq) + 1,
    at: head.at.toISOString(),
    actor: { kind: who.kind, id: who.id, name: who.name },
    from,
    action,
    subject: { kind: subject.kind, id: subject.id, ...(subject.name !== undefined && { name: subject.name }) },
    details: plain(details),
  }
  await tx.query({
    name: 'append-audit',
    text: `insert into audit (org_id, seq, at, actor, from_address, action, subject, details, prev_hash, hash)
      values ($1::uuid, $2::bigint, $3::timestamptz, $4::jsonb, $5::text, $6::text, $7::jsonb, $8::jsonb, $9::bytea, $10::bytea)`,
    values: [
      entry.org,
      entry.seq,
      head.at,
      JSON.stringify(entry.actor),
      from,
      action,
      JSON.stringify(entry.subject),
      JSON.stringify(entry.details),
      head.hash,
      Buffer.from(entryHash(head.hash.toString('hex'), entry), 'hex'),
    ],
  })
}

type AuditRow = {
  org_id: string
  seq: string
  at: Date
  actor: Actor
  from_address: string
  action: string
  subject: Subject
  details: Details
  prev_hash: Buffer
  hash: Buffer
}

const line = (row: AuditRow): AuditLine => ({
  org: row.org_id,
  seq: Number(row.seq),
  at: row.at.toISOString(),
  actor: row.actor,
  from: row.from_address,
  action: row.action,
  subject: row.subject,
  details: row.details,
  prevHash: row.prev_hash.toString('hex'),
  hash: row.hash.toString('hex'),
})

const COLUMNS = 'org_id, seq, at, actor, from_address, action, subject, details, prev_hash, hash'

export type AuditFilter = {
  /** only entries before this one */
  before: number | null
  limit: number
  /** id of what something was done to */
  subject?: string | undefined
  /** id of who did it */
  actor?: string | undefined
  action?: string | undefined
  /** epoch ms, `to` excluded */
  from?: number | undefined
  to?: number | undefined
}

const instant = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))

/** Entries of the organisation of `tx`, newest first. */
export const listAudit = async (tx: Tx, filter: AuditFilter): Promise<AuditEntry[]> => {
  const { rows } = await tx.query<AuditRow>(
    `select ${COLUMNS} from audit
     where org_id = app_org() and ($1::bigint is null or seq < $1::bigint)
       and ($2::text is null or subject ->> 'id' = $2::text)
       and ($3::text is null or actor ->> 'id' = $3::text)
       and ($4::text is null or action = $4::text)
       and ($5::timestamptz is null or at >= $5::timestamptz)
       and ($6::timestamptz is null or at < $6::timestamptz)
     order by seq desc limit $7::integer`,
    [
      filter.before,
      filter.subject ?? null,
      filter.actor ?? null,
      filter.action ?? null,
      instant(filter.from),
      instant(filter.to),
      filter.limit,
    ],
  )
  return rows.map((row) => {
    const { org: _org, prevHash: _prevHash, ...entry } = line(row)
    return entry
  })
}

/** Where the chain of the organisation of `tx` ends. */
export const readHead = async (tx: Tx): Promise<AuditHead> => {
  const { rows } = await tx.query<{ seq: string; hash: Buffer; at: Date | null }>(
    'select seq, hash, at from audit_heads where org_id = app_org()',
  )
  const head = rows[0]
  if (head === undefined) return { seq: 0, hash: NO_HASH, at: null }
  return { seq: Number(head.seq), hash: head.hash.toString('hex'), at: head.at?.toISOString() ?? null }
}

/** At most `limit` entries of one organisation after `after`, oldest first. `tx` may be of the owner, who sees all. */
export const chainAfter = async (
  tx: Pick<Tx, 'query'>,
  { orgId, after, limit }: { orgId: string; after: number; limit: number },
): Promise<AuditLine[]> => {
  const { rows } = await tx.query<AuditRow>(
    `select ${COLUMNS} from audit where org_id = $1::uuid and seq > $2::bigint order by seq limit $3::integer`,
    [orgId, after, limit],
  )
  return rows.map(line)
}
