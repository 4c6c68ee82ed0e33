import type { AuditLine, PublishedHead } from '../model/audit.ts'
import { entryHash, NO_HASH } from './audit-chain.ts'

/** The first thing that is wrong with a chain: with which entry, of when, and what is said of it. */
export type Fault = {
  org: string
  seq: number
  kind: 'changed' | 'missing' | 'inserted'
  /** time of the entry, or of those around one that is missing */
  when: string
  reason: string
}

/** A hand that renumbers entries moves them by at most so many that we look for. */
const FARTHEST = 1_000

/** The number under which an entry was hashed, where it is not the one that it has now. */
const hashedAs = (line: AuditLine): number | null => {
  for (let step = 1; step <= FARTHEST; step++)
    for (const seq of [line.seq - step, line.seq + step])
      if (seq > 0 && entryHash(line.prevHash, { ...line, seq }) === line.hash) return seq
  return null
}

/**
 * Judges one chain entry by entry, oldest first; each answer is the first fault, or null so far. A hand that makes all
 * hashes anew leaves a chain without a fault: only heads that were `published` before can tell.
 */
export const createChainCheck = (org: string, published: readonly PublishedHead[] = []) => {
  const heads = published.filter((head) => head.org === org && head.seq > 0).toSorted((a, b) => a.seq - b.seq)
  let last: { seq: number; hash: string; at: string | null } = { seq: 0, hash: NO_HASH, at: null }
  /** hashes of the last entries that are sound */
  const recent: string[] = []
  /** an entry that is sound in itself but does not continue the one before: what comes next tells which of the two lies */
  let torn: { before: { seq: number; at: string | null }; line: AuditLine } | null = null

  const fault = (kind: Fault['kind'], seq: number, when: string | null, reason: string): Fault => ({
    org,
    seq,
    kind,
    when: when ?? 'before the first entry',
    reason,
  })
  const between = (next: string | null) =>
    `after ${last.at ?? 'the beginning'}${next === null ? '' : `, before ${next}`}`

  const judgeTorn = (continues: boolean): Fault | null => {
    if (torn === null) return null
    const { before, line } = torn
    return continues && before.seq > 0
      ? fault(
          'changed',
          before.seq,
          before.at,
          'its own hash was made anew, but the entry after it holds the former one',
        )
      : fault(
          'changed',
          line.seq,
          line.at,
          'it does not hold the hash of the entry before it, and its own was made anew',
        )
  }

  /** All heads up to `seq` have to be in the chain as they were published. */
  const judgeHeads = (line: AuditLine): Fault | null => {
    const head = heads[0]
    if (head === undefined || head.seq > line.seq) return null
    if (head.hash === line.hash) {
      while (heads[0] !== undefined && heads[0].seq === line.seq && heads[0].hash === line.hash) heads.shift()
      return judgeHeads(line)
    }
    const { at, seq } = head
    return fault('changed', seq, line.at, `this entry or one before it: the head published at ${at} has another hash`)
  }

  return {
    see(line: AuditLine): Fault | null {
      if (torn !== null) return judgeTorn(line.prevHash === torn.line.hash)
      if (line.seq > last.seq + 1) return fault('missing', last.seq + 1, between(line.at), 'the entry is not there')
      if (line.seq <= last.seq)
        return fault('inserted', line.seq, line.at, 'there is an entry with this number already')
      const continues = line.prevHash === last.hash
      if (entryHash(line.prevHash, line) !== line.hash) {
        const was = continues ? null : hashedAs(line)
        if (was === null) return fault('changed', line.seq, line.at, 'it is not what its hash was made of')
        if (recent.includes(line.hash))
          return fault('inserted', line.seq, line.at, `it is a copy of what was written as ${was}`)
        if (was < line.seq)
          return fault('inserted', was, last.at, `what was written as ${was} comes after it, as ${line.seq}`)
        return fault(
          'missing',
          line.seq,
          between(line.at),
          `removed or moved: in its place is what was written as ${was}`,
        )
      }
      if (!continues) {
        torn = { before: last, line }
        return null
      }
      last = { seq: line.seq, hash: line.hash, at: line.at }
      if (recent.push(line.hash) > FARTHEST) recent.shift()
      return judgeHeads(line)
    },
    /** `head` is where the chain says that it ends. */
    end(head: { seq: number; hash: string }): Fault | null {
      if (torn !== null) return judgeTorn(head.hash === torn.line.hash)
      if (head.seq > last.seq) return fault('missing', last.seq + 1, between(null), `the chain ends at ${head.seq}`)
      if (head.seq < last.seq) return fault('inserted', head.seq + 1, null, `the chain ends at ${head.seq}`)
      if (head.hash !== last.hash) return fault('changed', last.seq, last.at, 'the end of the chain has another hash')
      const next = heads[0]
      if (next === undefined) return null
      return fault(
        'missing',
        last.seq + 1,
        between(null),
        `the head published at ${next.at} has the number ${next.seq}`,
      )
    },
    /** how far it is sound */
    sound: () => last,
  }
}
