/** A temperature that held from `from` for `ms`; °C. */
export type Held = { from: number; ms: number; celsius: number }

/** ΔH/R of USP <1160>: 83.144 kJ/mol over 8.3144e-3 kJ/(mol·K), K. */
const ACTIVATION_KELVIN = 83.144 / 8.3144e-3
const ZERO_CELSIUS = 273.15

/**
 * What held for how long, from values in the order of their times (epoch ms, °C): each until the next, but for at most
 * three reporting intervals; what is beyond is a gap and counts for nothing.
 */
export const held = (
  values: readonly { time: number; celsius: number }[],
  { intervalMs, to }: { intervalMs: number; to: number },
): Held[] =>
  values.flatMap(({ time, celsius }, index) => {
    const ms = Math.min((values[index + 1]?.time ?? to) - time, 3 * intervalMs)
    return ms > 0 ? [{ from: time, ms, celsius }] : []
  })

/** Mean kinetic temperature in °C (USP <1160>), each value weighed by how long it held; null without any. */
export const meanKineticTemperature = (course: readonly Held[]): number | null => {
  let weight = 0
  let sum = 0
  for (const { ms, celsius } of course) {
    weight += ms
    sum += ms * Math.exp(-ACTIVATION_KELVIN / (celsius + ZERO_CELSIUS))
  }
  return weight === 0 || sum === 0 ? null : ACTIVATION_KELVIN / -Math.log(sum / weight) - ZERO_CELSIUS
}

export type Beyond = { minutes: number; degreeHours: number }

/** How long and how far beyond a limit it was; `limitAt` may change in time, undefined where there is none. */
export const beyond = (
  course: readonly Held[],
  side: 'above' | 'below',
  limitAt: (time: number) => number | undefined,
): Beyond => {
  let [minutes, degreeHours] = [0, 0]
  for (const { from, ms, celsius } of course) {
    const limit = limitAt(from)
    if (limit === undefined) continue
    const over = side === 'above' ? celsius - limit : limit - celsius
    if (over <= 0) continue
    minutes += ms / 60_000
    degreeHours += (over * ms) / 3_600_000
  }
  return { minutes, degreeHours }
}
