/** The furthest back that a run may begin: the server refuses times more than 30 days behind. */
export const LONGEST_BACK_MS = 29 * 86_400_000

/**
 * A clock that starts in the past, runs `speedUp` times as fast until it has caught up with the real one, and then
 * goes along with it. It is never ahead, because the server refuses times ahead of its own.
 */
export const createClock = (realStartMs: number, backMs: number, speedUp: number) => {
  const startMs = realStartMs - Math.min(backMs, LONGEST_BACK_MS)
  return {
    startMs,
    /** simulated epoch ms at a real one */
    at: (realMs: number): number => Math.min(realMs, startMs + (realMs - realStartMs) * speedUp),
    /** the real moment at which it has caught up */
    caughtUpAt: speedUp > 1 ? realStartMs + (realStartMs - startMs) / (speedUp - 1) : realStartMs,
  }
}
export type Clock = ReturnType<typeof createClock>

/**
 * How far back a run has to begin, ms: with a duration, as far as lets it catch up by nine tenths of it; without one, a day.
 * At normal speed it begins now.
 */
export const backFor = (speedUp: number, durationMs: number | undefined): number =>
  speedUp <= 1 ? 0 : Math.min(LONGEST_BACK_MS, durationMs === undefined ? 86_400_000 : 0.9 * durationMs * (speedUp - 1))
