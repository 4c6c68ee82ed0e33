import type { Scorecard } from '../../server/model/order-risk.ts'
import { t } from '../text/supply.ts'
import { isFew, offText, percent, shareText, silenceText } from './scorecard-text.ts'

/** The three figures of a supplier, each with what it counts; a share of few is shown and not judged. */
export const ScorecardFacts = ({ card }: { card: Scorecard }) => {
  const { onTime, estimates, silence } = card
  const off = offText(estimates.medianDaysOff)
  return (
    <section class="panel card-facts" aria-label={t('card.title')}>
      <div class="fact">
        <h2>{t('card.onTime')}</h2>
        <p class={onTime.of === 0 ? 'big muted' : 'big'}>{shareText(onTime)}</p>
        <p class="muted">
          {onTime.of === 0
            ? t('card.onTime.none')
            : isFew(onTime)
              ? t('card.onTime.few')
              : t('card.onTime.what', { percent: percent(onTime) })}
        </p>
      </div>
      <div class="fact">
        <h2>{t('card.estimates')}</h2>
        <p class={estimates.of === 0 ? 'big muted' : 'big'}>{shareText(estimates)}</p>
        <p class="muted">
          {estimates.of === 0
            ? t('card.estimates.none')
            : isFew(estimates)
              ? t('card.estimates.few')
              : t('card.estimates.what', { percent: percent(estimates) })}
        </p>
        {off !== null && !isFew(estimates) && <p class="muted">{off}</p>}
      </div>
      <div class="fact">
        <h2>{t('card.silence')}</h2>
        <p class={silence.medianDays === null ? 'big muted' : 'big'}>{silenceText(silence)}</p>
        <p class="muted">{t(silence.medianDays === null ? 'card.silence.none' : 'card.silence.what')}</p>
        <p class={silence.openSilent > 0 ? '' : 'muted'}>
          {silence.openSilent > 0 ? t('card.silent', { n: silence.openSilent }) : t('card.silentNone')}
        </p>
      </div>
    </section>
  )
}
