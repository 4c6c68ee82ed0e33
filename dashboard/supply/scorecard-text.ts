import type { Scorecard } from '../../server/model/order-risk.ts'
import { t } from '../text/supply.ts'
import { number } from '../text/values.ts'
import { FEW } from './few.ts'

type Share = { share: number | null; of: number }

/** Days as said: 3, or 1.5; a whole number stays one, for the word that goes with it. */
export const daysText = (days: number): string | number => (Number.isInteger(days) ? days : number(days, 1))

/** 19 of 22; or that there are none. */
export const shareText = ({ share, of }: Share): string =>
  of === 0 ? t('card.none') : t('card.ofThem', { some: Math.round((share ?? 0) * of), of })

export const isFew = ({ of }: Share): boolean => of > 0 && of < FEW
export const percent = ({ share }: Share): number => Math.round((share ?? 0) * 100)

/** How far what was done lies from the date that was given. */
export const offText = (medianDaysOff: number | null): string | null => {
  if (medianDaysOff === null) return null
  // within half a day is the day
  if (Math.abs(medianDaysOff) < 0.5) return t('card.off.same')
  const days = daysText(Math.abs(medianDaysOff))
  return t(medianDaysOff > 0 ? 'card.off.after' : 'card.off.before', { days })
}

export const silenceText = ({ medianDays }: Scorecard['silence']): string =>
  medianDays === null
    ? t('card.none')
    : medianDays < 1
      ? t('card.silence.short')
      : t('card.silence.days', { days: daysText(medianDays) })
