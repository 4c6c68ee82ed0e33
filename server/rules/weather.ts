import { rounded } from './cadence.ts'

/** What has been learnt of how strongly the surroundings drive a tank: share of the difference per hour (1/τ), 1/h. */
export type Weather = { rate: number | null; seen: number }
export const NO_WEATHER: Weather = { rate: null, seen: 0 }

/**
 * A bare tank of 24 m³ in the wind: 50 m² · 25 W/(m²·K) over 43 MJ/K, 1/h; one of another size has another surface for its
 * volume. Nothing is driven faster than a bare one, so that a reaction that begins slowly is not learnt as weather.
 */
const BARE = 0.1
const BARE_LITRES = 24_000
/** The sun on the shell acts as air that is so much warmer than the air in the shade; K */
const SUN = 12
/** Below this difference nothing can be learnt, K; and so many samples (of ten minutes) are needed; they fade in a day. */
const LEAST_DIFFERENCE = 6
const SAMPLES = 12
const FADE = 0.02
/** What no weather is needed for: layers that mix when it starts to move, a wall that the sun leaves; K/h */
const STIR = 0.35

/** The fastest rise that the weather can drive, K/h, at this temperature and ambient (°C); `unknown` without an ambient. */
export const drivenBy = (
  { rate, seen }: Weather,
  celsius: number,
  ambient: number | null,
  litres: number | null,
  unknown: number,
): number => {
  if (ambient === null) return unknown
  const reach = Math.max(0, ambient + SUN - celsius)
  const bare = BARE * Math.cbrt(BARE_LITRES / (litres ?? BARE_LITRES))
  const share = rate === null || seen < SAMPLES ? bare : Math.min(bare, 1.6 * rate)
  return STIR + share * reach
}

/** Learns from ten minutes in which nothing was out of the ordinary: temperature changed by `slope` K/h. */
export const learnt = (weather: Weather, slope: number, celsius: number, ambient: number | null): Weather => {
  if (ambient === null) return weather
  const difference = slope > 0 ? ambient + SUN - celsius : celsius - ambient
  if (difference < LEAST_DIFFERENCE) return weather
  const now = Math.abs(slope) / difference
  const { rate, seen } = weather
  if (rate === null) return { rate: rounded(now, 5), seen: 1 }
  const weight = seen < SAMPLES ? 1 / (seen + 1) : FADE
  return { rate: rounded(rate + weight * (now - rate), 5), seen: Math.min(seen + 1, 10_000) }
}
