import type { ForecastMove } from '../../server/model/forecast.ts'
import type { StageState } from '../../server/model/order.ts'
import type { SupplierLine } from '../../server/model/supplier-link.ts'
import { day, dayTime, joined, stageName, t } from './language.ts'
import type { PageState, Thanked } from './page-state.ts'

type ThanksProps = {
  line: SupplierLine
  stages: readonly StageState[]
  thanked: Thanked
  state: PageState
  onChange(): void
}

/** What it did to the forecast, in words. */
const moved = ({ after, movedDays }: ForecastMove): string => {
  if (after === null || after.p50 === null) return t('moveNone')
  if (after.arrivedAt !== null) return t('moveArrived', { date: day(after.arrivedAt) })
  const date = day(after.p50)
  if (movedDays === null) return t('moveFirst', { date })
  const days = Math.round(Math.abs(movedDays))
  if (days === 0) return t('moveNothing', { date })
  return t(movedDays < 0 ? 'moveEarlier' : 'moveLater', { date, days })
}

/** What was just said of a line: whether it has gone, what is left to do, and the way back. */
export const Thanks = ({ line, stages, thanked, state, onChange }: ThanksProps) => {
  const { body, sent, undone, move } = thanked
  const stage = stageName(body.stage, line.stageNames)
  const after = stages.slice(stages.findLastIndex(({ actualAt }) => actualAt !== null) + 1)
  const plannedAt = stages.find((one) => one.stage === body.stage)?.plannedAt ?? null
  const said = undone
    ? t('saidUndone', { stage })
    : body.classifier === 'actual'
      ? t('saidActual', { stage, time: dayTime(body.at) })
      : t('saidEstimated', { stage, time: day(body.at) })
  return (
    <section class={`thanks${sent ? ' sent' : ''}`} aria-live="polite">
      <p>
        {!undone && <b>{t('thanks')}</b>} {said}
        <span class="state">
          <span aria-hidden="true">{sent ? '✓' : '↑'}</span> {sent ? t('sent') : t('waiting')}
        </span>
      </p>
      {move !== null && <p class="move">{moved(move)}</p>}
      {!undone && body.classifier === 'actual' && (
        <p class="muted small">
          {after.length === 0
            ? t('leftNone')
            : t('left', { stages: joined(after.map((one) => stageName(one.stage, line.stageNames))) })}
        </p>
      )}
      {!undone && (
        <p class="back">
          {(body.classifier === 'actual' || plannedAt !== null || !sent) && (
            <button type="button" onClick={() => void state.undo(line, { plannedAt })}>
              {t('undo')}
            </button>
          )}
          <button type="button" onClick={onChange}>
            {t('change')}
          </button>
        </p>
      )}
    </section>
  )
}
