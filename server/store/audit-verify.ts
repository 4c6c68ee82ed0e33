import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { AuditLine, PublishedHead } from '../model/audit.ts'
import { chainAfter } from './audit.ts'
import { NO_HASH } from './audit-chain.ts'
import { createChainCheck, type Fault } from './audit-check.ts'
import { inTransaction, type Pool } from './pool.ts'

export type Verdict = { org: string; name: string; seq: number; hash: string; fault: Fault | null }

const ExportLine = z.union([AuditLine.strict(), z.strictObject({ head: PublishedHead.strict() })])

async function* linesOf(path: string): AsyncGenerator<{ text: string; number: number }> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (text.trim() !== '') yield { text, number }
  }
}

const parsed = <Value>(schema: z.ZodType<Value>, text: string): Value | null => {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** The heads in a file that AUDIT_HEADS_FILE has grown; throws with the first line that is none. */
export const readHeads = async (path: string): Promise<PublishedHead[]> => {
  const heads: PublishedHead[] = []
  for await (const { text, number } of linesOf(path)) {
    const head = parsed(PublishedHead, text)
    if (head === null) throw new Error(`line ${number} of ${path} is not a head {"org","seq","hash","at"}`)
    heads.push(head)
  }
  return heads
}

/** Judges what `GET /audit/export` has given. Throws where the file is none of these. */
export const verifyFile = async (path: string, published: readonly PublishedHead[]): Promise<Verdict[]> => {
  let check: ReturnType<typeof createChainCheck> | null = null
  let org = ''
  const verdict = (fault: Fault | null): Verdict[] => {
    const { seq, hash } = check?.sound() ?? { seq: 0, hash: NO_HASH }
    return [{ org, name: path, seq, hash, fault }]
  }
  const here = (kind: Fault['kind'], seq: number, number: number, reason: string): Verdict[] =>
    verdict({ org, seq, kind, when: `line ${number}`, reason })
  let ended = false
  let number = 0
  for await (const line of linesOf(path)) {
    number = line.number
    const next = (check?.sound().seq ?? 0) + 1
    const value = parsed(ExportLine, line.text)
    if (value === null && check === null) throw new Error(`line ${number} of ${path} is not of an export of the audit`)
    if (value === null) return here('changed', next, number, 'the line can not be read')
    if (ended) return here('inserted', next, number, 'a line after the head')
    const lineOrg = 'head' in value ? value.head.org : value.org
    if (check === null) {
      org = lineOrg
      check = createChainCheck(org, published)
    }
    if (lineOrg !== org) return here('inserted', next, number, 'a line of another organisation')
    ended = 'head' in value
    const fault = 'head' in value ? check.end(value.head) : check.see(value)
    if (fault !== null) return verdict(fault)
  }
  if (check === null) throw new Error(`${path} is empty`)
  if (!ended) return here('missing', check.sound().seq + 1, number + 1, 'the export ends without its head')
  return verdict(null)
}

const PART = 1_000
const SNAPSHOT = 'begin isolation level repeatable read read only'

/** Judges the chains of every organisation in the database; `pool` is the owner's, who sees them all. */
export const verifyDatabase = async (pool: Pool, published: readonly PublishedHead[]): Promise<Verdict[]> => {
  const { rows: organisations } = await pool.query<{ org: string; name: string }>(
    `select o.id as org, o.name from organisations o
     where exists (select from audit a where a.org_id = o.id) or exists (select from audit_heads h where h.org_id = o.id)
       or o.id = any ($1::uuid[]) order by o.name, o.id`,
    [published.map((head) => head.org)],
  )
  const gone = published.find(({ org, seq }) => seq > 0 && !organisations.some((known) => known.org === org))
  const verdicts: Verdict[] = []
  if (gone !== undefined) {
    const reason = `a head was published at ${gone.at}, and there is no such organisation`
    const fault: Fault = { org: gone.org, seq: 1, kind: 'missing', when: 'the whole chain', reason }
    verdicts.push({ org: gone.org, name: 'unknown', seq: 0, hash: NO_HASH, fault })
  }
  for (const { org, name } of organisations) {
    const check = createChainCheck(org, published)
    const fault = await inTransaction(
      pool,
      async (tx) => {
        for (let after = 0; ; ) {
          const lines = await chainAfter(tx, { orgId: org, after, limit: PART })
          for (const line of lines) {
            const found = check.see(line)
            if (found !== null) return found
          }
          const last = lines.at(-1)
          if (last === undefined) break
          after = last.seq
        }
        const { rows } = await tx.query<{ seq: string; hash: Buffer }>(
          'select seq, hash from audit_heads where org_id = $1::uuid',
          [org],
        )
        const head = rows[0]
        return check.end({ seq: Number(head?.seq ?? 0), hash: head?.hash.toString('hex') ?? NO_HASH })
      },
      SNAPSHOT,
    )
    const { seq, hash } = check.sound()
    verdicts.push({ org, name, seq, hash, fault })
  }
  return verdicts
}
