/** Hours until a limit is reached: likely, at the earliest, at the latest. Infinity is "never, as it goes". */
export type TimeToLimit = { likely: number; least: number; most: number }

/** What drives the temperature: its slope, K/h, as a range, and what surrounds it, °C, with how far that may be off, K. */
export type Drive = {
  slope: { slope: number; low: number; high: number }
  ambient: number | null
  ambientSpread: number
}

/** Hours at a constant rate: (L − x)/m; 0 where it is passed already, Infinity where it does not move towards the limit. */
export const hoursLinear = (value: number, limit: number, slope: number): number => {
  if (value >= limit) return 0
  return slope > 0 ? (limit - value) / slope : Number.POSITIVE_INFINITY
}

/**
 * Hours until a body that goes towards its surroundings, T(t) = Ta + (T0 − Ta)·e^(−t/τ) (Newton's law), reaches a limit
 * above it: τ·ln((Ta − T0)/(Ta − L)), and never where Ta < L. τ comes from the slope now: (Ta − T0)/m. Null where the
 * slope cannot come from these surroundings: it rises although it is warmer than they are.
 */
export const hoursTowardsAmbient = (value: number, limit: number, slope: number, ambient: number): number | null => {
  if (value >= limit) return 0
  if (slope <= 0) return Number.POSITIVE_INFINITY
  if (ambient <= value) return null
  if (ambient <= limit) return Number.POSITIVE_INFINITY
  return ((ambient - value) / slope) * Math.log((ambient - value) / (ambient - limit))
}

/**
 * The time to a limit above as a range. The ambient model comes first, and the straight line only where the ambient is
 * not known or cannot be what drives: linear alone is the main source of false warnings (domain facts, section 4).
 * `least` is the straight line at the slope's upper end: no body that slows down on its way comes sooner.
 */
export const timeToLimit = (value: number, limit: number, { slope, ambient, ambientSpread }: Drive): TimeToLimit => {
  const hours = (rate: number, offset: number): number => {
    if (ambient === null) return hoursLinear(value, limit, rate)
    return hoursTowardsAmbient(value, limit, rate, ambient + offset) ?? hoursLinear(value, limit, rate)
  }
  const likely = hours(slope.slope, 0)
  return {
    likely,
    least: Math.min(likely, hoursLinear(value, limit, slope.high)),
    most: Math.max(likely, hours(slope.low, -ambientSpread)),
  }
}
