import type { Cause, Forecast } from '../../server/model/forecast.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { causeText, missingForecast } from './forecast-text.ts'
import type { Line } from './risk.ts'

/** All causes: the largest as of now, the others as of when the forecast last moved, which is all that tells them. */
const causesOf = ({ forecast }: Line, last: Forecast | null): Cause[] => {
  const largest = forecast?.cause ?? null
  return largest === null ? [] : [largest, ...(last?.causes.slice(1) ?? [])]
}

/** What makes a line later than is usual or was planned, largest first; or why nothing is known of that. */
export const Causes = ({ line, last, names }: { line: Line; last: Forecast | null; names: OwnStages }) => {
  const missing = line.forecast === null ? missingForecast(line) : null
  const causes = causesOf(line, last)
  const most = Math.max(...causes.map(({ days }) => days), 1)
  return (
    <section class="panel padded causes" aria-labelledby="causes-title">
      <h2 id="causes-title">{t('causes.title')}</h2>
      {missing === 'cancelled' && <p class="muted">{t('forecast.none.cancelled')}</p>}
      {(missing === 'plan' || missing === 'soon') && (
        <p class="muted">
          {t(`forecast.none.${missing}`)} · {t(`forecast.none.${missing}Detail`)}
        </p>
      )}
      {missing === null && causes.length === 0 && <p class="muted">{t('causes.none')}</p>}
      {missing === null && causes.length > 0 && (
        <>
          <ol>
            {causes.map((cause) => (
              <li key={`${cause.kind} ${cause.stage ?? ''}`}>
                <span>{causeText(cause, names)}</span>
                <b>{t('causes.days', { n: cause.days })}</b>
                <span class="weight" aria-hidden="true">
                  <span class="weight-part" style={{ width: `${Math.max(2, (cause.days / most) * 100)}%` }} />
                </span>
              </li>
            ))}
          </ol>
          <p class="limit">{t('causes.lead')}</p>
        </>
      )}
    </section>
  )
}
