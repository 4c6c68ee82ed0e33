import { byPlace, insertBy } from './quantile.ts'

/** What is complete, in columns: place by place in the order in which it became known. */
export type Past = {
  readonly factors: number
  readonly days: number[]
  /** by factor, then place: which level, as a number */
  readonly codes: number[][]
  /** the how manieth order to be complete it belongs to */
  readonly rank: number[]
  /** what it counts among the moments of its order, which count as one together */
  readonly share: number[]
  /** places by days, ascending */
  readonly ascending: number[]
  /** days that are added before logs are taken, so that the very short do not rule: the median of all */
  offset(): number
  codesOf(levels: readonly (string | null)[]): number[]
  add(example: { days: number; codes: readonly number[]; rank: number; share: number }): void
}

export const createPast = (factors: number): Past => {
  const known = Array.from({ length: factors }, () => new Map<string | null, number>())
  const past: Past = {
    factors,
    days: [],
    codes: known.map(() => []),
    rank: [],
    share: [],
    ascending: [],
    offset: () => Math.max(Number.EPSILON, past.days[past.ascending[past.ascending.length >> 1] ?? 0] ?? 1),
    codesOf: (levels) =>
      known.map((codes, factor) => {
        const level = levels[factor] ?? null
        const code = codes.get(level) ?? codes.size
        codes.set(level, code)
        return code
      }),
    add: ({ days, codes, rank, share }) => {
      const place = past.days.push(days) - 1
      for (const [factor, code] of codes.entries()) past.codes[factor]?.push(code)
      past.rank.push(rank)
      past.share.push(share)
      insertBy(past.ascending, place, byPlace(past.days))
    },
  }
  return past
}
