const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The server allows no more; a minute less, for a clock of ours that runs ahead. */
const LONGEST = 30 * DAY - 60_000

export const ENDS = ['4h', '24h', '3d', 'arrival'] as const
export type End = (typeof ENDS)[number]

/** When a link made `now` ends (epoch ms), at most 30 days ahead; null where that choice makes no sense any more. */
export const endOf = (end: End, now: number, eta: number): number | null => {
  if (end === '4h') return now + 4 * HOUR
  if (end === '24h') return now + DAY
  if (end === '3d') return now + 3 * DAY
  const after = Math.min(eta + DAY, now + LONGEST)
  return after > now + HOUR ? after : null
}
