import type { Scorecard } from '../../server/model/order-risk.ts'
import { FEW } from '../supply/few.ts'
import { t } from './language.ts'

const ofThem = ({ share, of }: { share: number | null; of: number }): string =>
  of === 0 ? t('recordNone') : t('recordOf', { some: Math.round((share ?? 0) * of), of })

const off = (days: number | null): string | null => {
  if (days === null) return null
  const whole = Math.round(Math.abs(days))
  if (whole === 0) return t('recordOnDay')
  return t(days > 0 ? 'recordOff' : 'recordBefore', { days: whole })
}

/** How this supplier has done with this buyer, in the buyer's own figures. Kept pages of an older day have none. */
export const OwnRecord = ({ scorecard }: { scorecard: Scorecard | undefined }) => {
  if (scorecard === undefined) return null
  const { onTime, estimates, silence } = scorecard
  const few = (of: number): string | null => (of > 0 && of < FEW ? t('recordFew') : null)
  const facts: [label: string, figure: string, more: string | null][] = [
    [t('recordArrived'), ofThem(onTime), few(onTime.of)],
    [t('recordKept'), ofThem(estimates), few(estimates.of) ?? off(estimates.medianDaysOff)],
  ]
  if (silence.medianDays !== null)
    facts.push([
      t('recordWords'),
      silence.medianDays < 1 ? t('recordShort') : t('recordDays', { days: silence.medianDays }),
      null,
    ])
  if (silence.openSilent > 0) facts.push([t('recordSilent'), String(silence.openSilent), null])
  return (
    <section class="record" aria-labelledby="record-title">
      <h2 id="record-title">{t('record')}</h2>
      <dl>
        {facts.map(([label, figure, more]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <b>{figure}</b> {more !== null && <span class="muted small">{more}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <p class="muted small">{t('recordSame')}</p>
    </section>
  )
}
