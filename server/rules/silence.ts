import type { Verdict } from './excursion.ts'
import type { Facts } from './facts.ts'

/** However often a device reports, a shorter quiet than this is a dead spot on the road and no silence, ms. */
const LEAST_MS = 5 * 60_000

/** A stretch in which our own intake was not proven up, epoch ms. */
export type Outage = { from: number; to: number }

/** How long a device may be quiet: three of its reporting intervals, unless set otherwise. ms */
export const allowedMs = ({ reportMs, settings }: Facts): number =>
  Math.max(LEAST_MS, settings.silenceIntervals * reportMs)

const minutes = (ms: number): number => Math.round(ms / 6_000) / 10

/**
 * The silence between what was last heard and `until` (epoch ms), or null while it is still allowed. Only time in which
 * we would have heard counts: an outage of ours is no silence of a device. Value and limit in minutes.
 */
export const silenceAfter = (last: number, until: number, facts: Facts, outages: readonly Outage[]): Verdict | null => {
  const allowed = allowedMs(facts)
  if (until - last <= allowed) return null
  let heard = 0
  let from = last
  for (const outage of outages) {
    if (outage.to <= from) continue
    if (outage.from >= until) break
    if (outage.from > from) {
      const quiet = outage.from - from
      if (heard + quiet > allowed) break
      heard += quiet
    }
    from = Math.max(from, outage.to)
  }
  const onset = from + (allowed - heard)
  if (onset >= until) return null
  return { onset, value: minutes(allowed), limit: minutes(allowed), peak: minutes(until - last) }
}
