import { useSignal } from '@preact/signals'
import { type OwnStages, t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'
import { arrivalText, causeText, chanceText, isTold } from './forecast-text.ts'
import { sentences } from './history.tsx'
import type { Move } from './moves.ts'
import { amount } from './order-row.tsx'
import { sentence } from './said.tsx'

/** So many at first; the older ones when asked. */
const FIRST = 6

const headline = ({ forecast, kind, days: n }: Move): string => {
  if (kind === 'ended' || !isTold(forecast)) return t('moves.ended')
  const arrival = arrivalText(forecast)
  if (kind === 'likelier') return t('moves.likelier', { chance: chanceText(forecast.probabilityLate ?? 0), arrival })
  return kind === 'later' || kind === 'earlier' ? t(`moves.${kind}`, { n, arrival }) : t(`moves.${kind}`, { arrival })
}

/** Why it moved: what was said and done since the move before, then what that changed. */
const reasons = ({ news, grown, gone, kind }: Move, unit: string, names: OwnStages): string[] => {
  const said = [
    ...news.receipts.map(({ quantity }) =>
      quantity > 0 ? t('moves.received', { quantity: amount(quantity, unit) }) : t('moves.unreceived'),
    ),
    ...news.milestones.map((one) => sentence(one, names)),
    ...news.changes.flatMap(sentences),
  ]
  const quiet = said.length === 0 && kind !== 'first' ? [t('moves.noNews')] : []
  if (kind === 'closed' || kind === 'ended') return said.length === 0 ? [] : said
  // what came with good news still stands in the causes; what is gone says more of it
  const shown = kind === 'earlier' ? (gone ?? grown) : (grown ?? gone)
  if (shown === null) return [...said, ...quiet]
  return [
    ...said,
    ...quiet,
    shown === gone ? t('moves.gone', { cause: causeText(shown, names) }) : causeText(shown, names),
  ]
}

/** Every move of the forecast, the newest first, each with why. */
export const MoveList = ({ moves, unit, names }: { moves: readonly Move[]; unit: string; names: OwnStages }) => {
  const all = useSignal(false)
  return (
    <>
      <ol class="entries moves">
        {moves.slice(0, all.value ? moves.length : FIRST).map((move) => (
          <li key={`${move.forecast.asOf} ${move.forecast.p50}`} class={`move-${move.kind}`}>
            <p class="limit">{dayTime(move.forecast.asOf)}</p>
            <div>
              <p class="said-what">{headline(move)}</p>
              <ul class="limit">
                {reasons(move, unit, names).map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
            </div>
          </li>
        ))}
      </ol>
      {moves.length > FIRST && !all.value && (
        <button
          type="button"
          onClick={() => {
            all.value = true
          }}
        >
          {t('moves.more', { n: moves.length })}
        </button>
      )}
    </>
  )
}
