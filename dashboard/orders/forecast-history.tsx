import type { Forecast } from '../../server/model/forecast.ts'
import { now } from '../state/clock.ts'
import { useNarrow } from '../state/screen.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'
import { calendarDay, isTold, percentText } from './forecast-text.ts'
import { HistoryChart } from './history-chart.tsx'
import { historyCourse } from './history-course.ts'
import { MoveList } from './move-list.tsx'
import { type Learnt, movesOf } from './moves.ts'
import type { Line } from './risk.ts'

/** The chart as figures, newest first. */
const FigureTable = ({ history }: { history: readonly Forecast[] }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (axe: scrollable-region-focusable)
  <section class="chart-table" tabIndex={0} aria-label={t('moves.title')}>
    <table class="list-table">
      <thead>
        <tr>
          <th scope="col">{t('moves.asOf')}</th>
          <th scope="col">{t('moves.earliest')}</th>
          <th scope="col">{t('forecast.middle')}</th>
          <th scope="col">{t('moves.latest')}</th>
          <th scope="col">{t('moves.chance')}</th>
        </tr>
      </thead>
      <tbody>
        {history.map((one) => (
          <tr key={one.asOf}>
            <th scope="row">{dayTime(one.asOf)}</th>
            {[one.p10, one.p50, one.p90].map((when, i) => (
              <td key={['p10', 'p50', 'p90'][i]}>{when === null ? t('app.none') : calendarDay(when)}</td>
            ))}
            <td>
              {one.probabilityLate === null
                ? t('app.none')
                : t('moves.percent', { percent: percentText(one.probabilityLate) })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

const Legend = () => (
  <p class="course-legend" aria-hidden="true">
    <span class="key">
      <span class="middle-key" />
      {t('forecast.middle')}
    </span>
    <span class="key">
      <span class="fan-key" />
      {t('forecast.range')}
    </span>
    <span class="key">
      <span class="fan-key past" />
      {t('forecast.pastNeed')}
    </span>
  </p>
)

type Props = {
  line: Line
  /** newest first; null while it is not here */
  history: Forecast[] | null
  failed: boolean
  learnt: Learnt
  names: OwnStages
  onAgain(): void
}

/** How the forecast of a line moved over time, as a picture, as figures, and move by move with why. */
export const ForecastHistory = ({ line, history, failed, learnt, names, onAgain }: Props) => {
  const narrow = useNarrow()
  const course =
    history === null
      ? null
      : historyCourse(history, {
          needBy: line.needBy,
          changes: learnt.changes,
          now: line.forecast?.arrivedAt == null ? now.peek() : Date.parse(history[0]?.asOf ?? line.needBy),
          mostTimes: narrow ? 4 : 8,
        })
  const told = history?.filter(isTold) ?? []
  const [newest, oldest] = [told[0], told.at(-1)]
  const moves = history === null ? [] : movesOf(history, learnt)
  // one that arrived before anything was foretold has no picture
  const isDrawn = course !== null && (course.steps.length > 1 || course.steps[0]?.isArrived === false)
  const label =
    newest === undefined || oldest === undefined
      ? t('moves.title')
      : t('moves.summary', {
          from: dayTime(oldest.asOf),
          to: dayTime(newest.asOf),
          n: told.length - 1,
          before: calendarDay(oldest.p50),
          now: calendarDay(newest.p50),
          needBy: calendarDay(line.needBy),
        })
  return (
    <section class="panel padded forecast-history" aria-labelledby="moves-title">
      <header>
        <h2 id="moves-title">{t('moves.title')}</h2>
        {isDrawn && <Legend />}
      </header>
      {failed && (
        <p class="muted" role="alert">
          {t('moves.failed')}{' '}
          <button type="button" class="link" onClick={onAgain}>
            {t('moves.again')}
          </button>
        </p>
      )}
      {history === null && !failed && <p class="muted">{t('moves.loading')}</p>}
      {history !== null && course === null && <p class="muted">{t('moves.none')}</p>}
      {history !== null && course !== null && (
        <>
          {isDrawn && (
            <>
              <HistoryChart course={course} label={label} />
              <p class="limit">{t('moves.lead')}</p>
              <details>
                <summary>{t('moves.table')}</summary>
                <FigureTable history={history} />
              </details>
            </>
          )}
          {moves.length === 1 && moves[0]?.kind === 'first' && <p class="muted">{t('moves.still')}</p>}
          <MoveList moves={moves} unit={line.unit} names={names} />
        </>
      )}
    </section>
  )
}
