import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { number } from '../text/values.ts'
import { digitsOf, type Measure, signOf, toShown, type Units } from '../units.ts'
import type { LimitLine } from './marks.ts'

const SIDES = [
  ['high', '≤', false],
  ['highHigh', '≤', true],
  ['low', '≥', false],
  ['lowLow', '≥', true],
] as const

/** The limits of a measure as lines, each over the time it was in force; what was in force is not rewritten by today's. */
export const limitLines = (
  measure: Measure,
  shipment: Pick<ShipmentDetail, 'limits' | 'limitsHistory'>,
  units: Units,
): LimitLine[] => {
  const history =
    shipment.limitsHistory.length === 0
      ? [{ from: new Date(0).toISOString(), limits: shipment.limits }]
      : [...shipment.limitsHistory].sort((a, b) => a.from.localeCompare(b.from))
  return history.flatMap(({ from, limits }, i) => {
    const next = history[i + 1]
    const to = next === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(next.from) / 1000
    return SIDES.flatMap(([side, sign, strong]) => {
      const limit = limits[measure]?.[side]
      if (limit === undefined) return []
      const value = toShown(measure, limit, units)
      const label = `${sign} ${number(value, digitsOf(measure, units))} ${signOf(measure, units)}`
      return [{ value, from: Date.parse(from) / 1000, to, label, strong }]
    })
  })
}
