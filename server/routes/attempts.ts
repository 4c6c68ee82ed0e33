/** Failed attempts that are remembered at most; beyond it the oldest are forgotten. */
const MOST_KEYS = 10_000

export type Attempts = {
  /** Takes one attempt; answers how many are taken, and the seconds to wait when there is none left. */
  take(key: string): { ok: true; count: number } | { ok: false; count: number; waitSeconds: number }
  /** Gives attempts back: it went well. */
  forgive(key: string): void
  /** Gives one back: it went well, and says nothing about the others. */
  giveBack(key: string): void
}

/**
 * Counts attempts per key (address and account together, so that nobody can lock out somebody else) over a window
 * that begins with the first one. An attempt is taken before it is tried, so that many at once can't slip through.
 */
export const countAttempts = ({
  max,
  windowMs,
  now = Date.now,
}: {
  max: number
  windowMs: number
  now?: () => number
}): Attempts => {
  const counts = new Map<string, { count: number; until: number }>()
  return {
    take(key) {
      const at = now()
      const known = counts.get(key)
      if (known === undefined || known.until <= at) {
        counts.delete(key)
        counts.set(key, { count: 1, until: at + windowMs })
        const oldest = counts.keys().next().value
        if (counts.size > MOST_KEYS && oldest !== undefined) counts.delete(oldest)
        return { ok: true, count: 1 }
      }
      if (known.count >= max)
        return { ok: false, count: known.count, waitSeconds: Math.ceil((known.until - at) / 1000) }
      known.count += 1
      return { ok: true, count: known.count }
    },
    forgive(key) {
      counts.delete(key)
    },
    giveBack(key) {
      const known = counts.get(key)
      if (known !== undefined) known.count -= 1
    },
  }
}
