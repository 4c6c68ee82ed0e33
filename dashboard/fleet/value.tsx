import type { Limits } from '../../server/model/limits.ts'
import { t } from '../text/language.ts'
import { plain, unitSign } from '../text/values.ts'
import type { Measure } from '../units.ts'
import { bounds } from './attention.ts'

/** Whether a value is outside its limits, and on which side. */
export const outside = (measure: Measure, value: number | null, limits: Limits): 'above' | 'below' | null => {
  const { low, high } = bounds(limits[measure])
  if (value === null) return null
  if (high !== null && value > high) return 'above'
  if (low !== null && value < low) return 'below'
  return null
}

/** A limit in words: `≤ 25.0`, `≥ 2.0`, `2.0 to 8.0`; null where none is set. */
export const limitText = (measure: Measure, limits: Limits): string | null => {
  const { low, high } = bounds(limits[measure])
  if (low !== null && high !== null) return t('fleet.range', { low: plain(measure, low), high: plain(measure, high) })
  if (high !== null) return `≤ ${plain(measure, high)}`
  return low === null ? null : `≥ ${plain(measure, low)}`
}

/** The word and the arrow of a value that is outside of its limit. */
export const OutsideMark = ({ side }: { side: 'above' | 'below' }) => (
  <span class="outside-mark">
    <svg class="icon" viewBox="0 0 10 10" aria-hidden="true">
      <path d={side === 'above' ? 'M5 1 9 8H1z' : 'M5 9 1 2h8z'} fill="currentColor" />
    </svg>
    <span class="hidden">{t(side === 'above' ? 'fleet.above' : 'fleet.below')}</span>
  </span>
)

type ValueProps = { measure: Measure; value: number | null; limits: Limits; tone: string }

/** The newest value, with its limit beside it; coloured, marked and named only when it is outside. */
export const Value = ({ measure, value, limits, tone }: ValueProps) => {
  const side = outside(measure, value, limits)
  const limit = limitText(measure, limits)
  return (
    <span class="value">
      <span class={side === null ? 'number' : `number outside ${tone}`}>
        {side !== null && <OutsideMark side={side} />}
        {plain(measure, value)}
        <span class="unit"> {unitSign(measure)}</span>
      </span>
      {limit !== null && (
        <span class="limit">
          <span class="hidden">{t('shipment.limits')} </span>
          {limit}
        </span>
      )}
    </span>
  )
}
