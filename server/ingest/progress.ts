/**
 * How far a device's numbered readings of one boot have been dealt with: every `seq` from 0 to `seq` is stored or a dead
 * letter; `beyond` holds the stretches that came after a gap, ascending and apart.
 */
export type Progress = { boot: number; seq: number; beyond: [number, number][] }

/** Most stretches kept: a device that loses every other reading must not grow memory. The oldest gaps stay. */
const MAX_STRETCHES = 1_000

/** A boot of which nothing has come. */
export const begun = (boot: number): Progress => ({ boot, seq: -1, beyond: [] })

/** Adds one dealt-with `seq`. Mutates `now`. */
export const advance = (now: Progress, seq: number): void => {
  if (seq <= now.seq) return
  if (seq === now.seq + 1 && now.beyond.length === 0) {
    now.seq = seq
    return
  }
  insert(now.beyond, seq)
  const first = now.beyond[0]
  if (first !== undefined && first[0] <= now.seq + 1) {
    now.seq = Math.max(now.seq, first[1])
    now.beyond.shift()
  }
  if (now.beyond.length > MAX_STRETCHES) now.beyond.pop()
}

const insert = (stretches: [number, number][], seq: number): void => {
  let at = stretches.length
  while (at > 0 && (stretches[at - 1]?.[0] ?? 0) > seq) at--
  const before = stretches[at - 1]
  const after = stretches[at]
  if (before !== undefined && seq <= before[1]) return
  const joinsBefore = before !== undefined && before[1] + 1 === seq
  const joinsAfter = after !== undefined && after[0] - 1 === seq
  if (joinsBefore && joinsAfter) {
    before[1] = after[1]
    stretches.splice(at, 1)
  } else if (joinsBefore) before[1] = seq
  else if (joinsAfter) after[0] = seq
  else stretches.splice(at, 0, [seq, seq])
}

/** What is missing below the highest number seen, at most `most` ranges. */
export const missing = (progress: Progress, most = 100): [number, number][] => {
  const ranges: [number, number][] = []
  let next = progress.seq + 1
  for (const [from, to] of progress.beyond) {
    if (ranges.length === most) break
    if (from > next) ranges.push([next, from - 1])
    next = to + 1
  }
  return ranges
}

/** What two servers know of one boot, together. */
export const joined = (a: Progress, b: Progress): Progress => {
  const stretches = [...a.beyond, ...b.beyond].sort(([one], [other]) => one - other)
  const result: Progress = { boot: a.boot, seq: Math.max(a.seq, b.seq), beyond: [] }
  for (const [from, to] of stretches) {
    const last = result.beyond.at(-1)
    if (last === undefined && from <= result.seq + 1) result.seq = Math.max(result.seq, to)
    else if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else result.beyond.push([from, to])
  }
  result.beyond.splice(MAX_STRETCHES)
  return result
}
