/** What was said, as far as it decides what holds; epoch ms. */
export type Statement = {
  id: string
  at: number
  corrects: string | null
  /** when we learnt it */
  recordedAt: number
  /** when it was said, where whoever said it told; never after we learnt it */
  saidAt?: number | null | undefined
  key?: string | null | undefined
  stage?: string
  lot?: string | null | undefined
}

/** What comes so soon after one another without saying when it was said may have changed places on its way, ms. */
const TOGETHER_MS = 60_000

/** When it was said: as told, else when we learnt it. */
export const saidAtOf = ({ saidAt, recordedAt }: Statement): number => Math.min(saidAt ?? recordedAt, recordedAt)

const compare = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

/**
 * What stands of what is known, in the order in which it counts, with when it was said (`since`). What was corrected does
 * not stand; a correction counts from when what it corrects was said, for that is what was meant, and as a statement of its
 * own while that is not known. The order is of what was said and not of how it came: by when it was said; of what says
 * nothing of that and came within a minute of one another, the later date counts last, then by key. Pure.
 */
export const standing = <T extends Statement>(known: readonly T[]): (T & { since: number })[] => {
  const byId = new Map(known.map((one) => [one.id, one]))
  const corrected = new Set(known.map(({ corrects }) => corrects))
  const words = known
    .filter(({ id }) => !corrected.has(id))
    .map((one) => {
      let first: T = one
      let [since, told] = [saidAtOf(one), one.saidAt != null]
      // corrections of one another would go on for ever
      for (let steps = 0; steps < 50 && first.corrects !== null; steps++) {
        const before = byId.get(first.corrects)
        if (before === undefined) break
        first = before
        if (saidAtOf(first) < since) [since, told] = [saidAtOf(first), first.saidAt != null]
      }
      return { word: { ...one, since }, counts: since, told }
    })
    .toSorted((a, b) => a.counts - b.counts)
  const last = new Map<string, { since: number; counts: number }>()
  for (const one of words) {
    if (one.told) continue
    const of = one.word.stage ?? ''
    const before = last.get(of)
    if (before !== undefined && one.counts - before.since <= TOGETHER_MS) one.counts = before.counts
    last.set(of, { since: one.word.since, counts: one.counts })
  }
  return words
    .toSorted(
      (a, b) =>
        a.counts - b.counts ||
        a.word.at - b.word.at ||
        compare(a.word.key ?? '', b.word.key ?? '') ||
        compare(a.word.id, b.word.id),
    )
    .map(({ word, counts }) => ({ ...word, since: counts }))
}

/** Of which lot the line is, as was said last, by what stands in the order in which it counts; null where nobody said. */
export const lotOf = (words: readonly Statement[]): string | null =>
  words.findLast(({ lot }) => lot != null)?.lot ?? null

/** What is said of one stage. */
export type StageWord = Statement & { classifier: 'actual' | 'estimated' | 'planned'; progress: number | null }

const reached = ({ progress }: StageWord): number => Math.min(1, progress ?? 1)
/** Of two actuals the later; of the same moment the one said later, and what is further where that is the same too. */
const isAfter = (one: StageWord, other: StageWord): boolean =>
  (one.at - other.at || saidAtOf(one) - saidAtOf(other) || reached(one) - reached(other) || compare(one.id, other.id)) >
  0

/**
 * Where a stage stands by what stands of it, in the order in which it counts. It was done when it last was (rework is done
 * again, and a stage that is begun anew is open); sql/0033 says the same. Of plans and estimates the last one said.
 */
export const toldOf = <T extends StageWord>(words: readonly T[]) => {
  const last = (classifier: StageWord['classifier']): T | null =>
    words.findLast((one) => one.classifier === classifier) ?? null
  let actual: T | null = null
  for (const one of words) if (one.classifier === 'actual' && (actual === null || isAfter(one, actual))) actual = one
  const done = actual !== null && reached(actual) >= 1 ? actual : null
  return {
    done,
    planned: last('planned'),
    // one that came before the stage was done says nothing any more
    estimated: done === null ? last('estimated') : null,
    progress: done === null ? (words.findLast(({ progress }) => progress !== null)?.progress ?? null) : 1,
  }
}
