import { type Learnt, type Lesson, learn, lessonOf } from '../orders/forecast/learn.ts'
import { loadTaught } from './forecast-facts.ts'
import type { Tx } from './pool.ts'

/** What is learnt holds for a clock hour, so that in hindsight the same is learnt again, and nobody learns for each line. */
const HOUR_MS = 3_600_000
const MOST_PAST = 8
/** What is recorded bears the time at which its transaction began, and is seen when that ends: looked at once more. */
const UNSEEN_MS = 120_000

type Held = { until: number; lessons: Map<string, Lesson>; learnt: Learnt }

const learnFrom = (lessons: ReadonlyMap<string, Lesson>, until: number): Learnt =>
  learn(
    [...lessons.entries()].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, lesson]) => lesson),
    until,
  )

/**
 * What the lines of each buyer have taught by the beginning of the hour of `asOf` (epoch ms). Of the present hour it is
 * kept, and lengthened by what came since; of a few moments of the past likewise. `tx` acts as zaitu_ingest.
 */
export const createLearning = () => {
  const present = new Map<string, Held>()
  const past = new Map<string, Learnt>()

  const read = async (tx: Tx, orgId: string, after: number | null, until: number): Promise<[string, Lesson][]> =>
    (await loadTaught(tx, orgId, after, until)).map((facts) => [
      `${facts.orderId} ${facts.line}`,
      lessonOf(facts, until),
    ])

  return {
    at: async (tx: Tx, orgId: string, asOf: number): Promise<Learnt> => {
      const until = Math.floor(asOf / HOUR_MS) * HOUR_MS
      const held = present.get(orgId)
      if (held?.until === until) return held.learnt
      if (held !== undefined && until < held.until) {
        const key = `${orgId} ${until}`
        const known = past.get(key)
        if (known !== undefined) return known
        const learnt = learnFrom(new Map(await read(tx, orgId, null, until)), until)
        past.set(key, learnt)
        for (const oldest of past.keys()) if (past.size > MOST_PAST) past.delete(oldest)
        return learnt
      }
      const lessons = new Map([
        ...(held?.lessons ?? []),
        ...(await read(tx, orgId, held === undefined ? null : held.until - UNSEEN_MS, until)),
      ])
      const learnt = learnFrom(lessons, until)
      present.set(orgId, { until, lessons, learnt })
      return learnt
    },
  }
}
export type Learning = ReturnType<typeof createLearning>
