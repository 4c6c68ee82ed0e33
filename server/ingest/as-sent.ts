import { ATMOSPHERE_BAR, MEASURES, type Reading } from '../model/reading.ts'

/**
 * A reading in its device's own words again, as it can be sent once more: without what was not sent, and a gauge's
 * pressure without the atmosphere.
 */
export const asSent = (reading: Reading, gauge: boolean): Buffer => {
  const body: Record<string, unknown> = { time: new Date(reading.time).toISOString() }
  if (reading.boot !== null) {
    body.boot = reading.boot
    body.seq = reading.seq
  }
  for (const measure of MEASURES) {
    const value = reading[measure]
    if (value !== null) body[measure] = gauge && measure === 'pressure' ? gaugeOf(value) : value
  }
  if (reading.extra !== null) body.extra = reading.extra
  return Buffer.from(JSON.stringify(body))
}

/** The shortest number that comes to the same absolute pressure again: 0.4, not 0.3999999999999999. Both in bar. */
const gaugeOf = (absolute: number): number => {
  const difference = absolute - ATMOSPHERE_BAR
  for (let digits = 0; digits <= 17; digits++) {
    const short = Number(difference.toFixed(digits))
    if (short + ATMOSPHERE_BAR === absolute) return short
  }
  return difference
}
