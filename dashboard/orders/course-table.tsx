import type { StageState } from '../../server/model/order.ts'
import { type OwnStages, stageName, t } from '../text/orders.ts'
import { duration } from '../text/times.ts'
import type { Course } from './course.ts'
import { arrivalText, calendarDay, chanceText, dayRange } from './forecast-text.ts'
import { daysOff, type Line } from './risk.ts'
import { Across, Fan, Single, StageTrack } from './track.tsx'

const DAY_S = 86_400

const Off = ({ stage, passed }: { stage: StageState; passed: boolean }) => {
  const days = daysOff(stage)
  if (stage.actualAt === null && passed) return <span class="muted">{t('course.skipped')}</span>
  if (days === null) return <span class="muted">{t('app.none')}</span>
  if (Math.abs(days) < 0.75) return <span>{t('course.onDay')}</span>
  const text = duration(Math.round(Math.abs(days)) * DAY_S)
  return (
    <span class={days > 0 ? 'off-late' : ''}>{t(days > 0 ? 'course.late' : 'course.early', { duration: text })}</span>
  )
}

const When = ({ stage }: { stage: StageState }) => {
  if (stage.actualAt !== null) return <b>{calendarDay(stage.actualAt)}</b>
  return (
    <>
      {stage.estimatedAt !== null && <span class="estimated">≈ {calendarDay(stage.estimatedAt)}</span>}
      {stage.progress !== null && stage.progress > 0 && (
        <span class="limit"> {t('course.progress', { percent: Math.round(stage.progress * 100) })}</span>
      )}
      {stage.estimatedAt === null && stage.progress === null && <span class="muted">{t('app.none')}</span>}
    </>
  )
}

/** Marks near an end keep their words inside. */
const side = (x: number): string => (x > 0.94 ? 'mark-label at-end' : x < 0.06 ? 'mark-label at-start' : 'mark-label')

/** The time line: a row a stage, with plan, estimate and what was done; need-by, shipments and forecast across. */
export const CourseTable = ({ course, line, names }: { course: Course; line: Line; names: OwnStages }) => {
  const lastDone = line.stages.findLastIndex(({ actualAt }) => actualAt !== null)
  const summary = t('course.summary', {
    from: calendarDay(course.from),
    to: calendarDay(course.to),
    done: line.stages.filter(({ actualAt }) => actualAt !== null).length,
    all: line.stages.length,
    needBy: calendarDay(line.needBy),
  })
  return (
    <section class="panel course" aria-labelledby="course-title">
      <header>
        <h2 id="course-title">{t('line.course')}</h2>
        <p class="course-legend" aria-hidden="true">
          <span class="key">
            <span class="dot plan" />
            {t('course.plan')}
          </span>
          <span class="key">
            <span class="dot estimate" />
            {t('course.estimate')}
          </span>
          <span class="key">
            <span class="dot actual" />
            {t('course.actual')}
          </span>
          {course.forecast !== null && course.received === null && (
            <>
              <span class="key">
                <span class="fan-key" />
                {t('forecast.range')}
              </span>
              <span class="key">
                <span class="middle-key" />
                {t('forecast.middle')}
              </span>
            </>
          )}
          <span class="key">
            <span class="need-key" />
            {t('course.needBy')}
          </span>
        </p>
      </header>
      <p class="hidden">
        {summary}
        {line.forecast !== null && ` ${arrivalText(line.forecast)}; ${chanceText(line.forecast.probabilityLate)}`}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('course.stage')}</th>
            <th scope="col" class="c-track">
              <span class="hidden">{t('line.course')}</span>
              <div class="track axis" aria-hidden="true">
                {course.ticks.map((tick) => (
                  <span key={tick.at} class={side(tick.x)} style={{ left: `${tick.x * 100}%` }}>
                    {calendarDay(tick.at)}
                  </span>
                ))}
              </div>
            </th>
            <th scope="col" class="c-plan">
              {t('course.plan')}
            </th>
            <th scope="col">{t('course.actual')}</th>
            <th scope="col" class="c-off">
              {t('course.off')}
            </th>
          </tr>
        </thead>
        <tbody>
          {course.stages.map((marks, index) => {
            const stage = line.stages[index]
            if (stage === undefined) return null
            return (
              <tr key={marks.stage} class={marks.actual === null ? '' : 'done'}>
                <th scope="row">{stageName(marks.stage, names)}</th>
                <td class="c-track">
                  <div class="track" aria-hidden="true">
                    <Across course={course} />
                    <StageTrack marks={marks} />
                  </div>
                </td>
                <td class="c-plan">
                  {stage.plannedAt === null ? <span class="muted">{t('app.none')}</span> : calendarDay(stage.plannedAt)}
                </td>
                <td class="c-when">
                  <When stage={stage} />
                </td>
                <td class="c-off">
                  <Off stage={stage} passed={index < lastDone} />
                </td>
              </tr>
            )
          })}
          {course.shipments.map((ship) => (
            <tr key={ship.id} class="ship-row">
              <th scope="row">
                {t('course.shipment')} <a href={`/shipments/${ship.id}`}>{ship.reference}</a>
              </th>
              <td class="c-track">
                <div class="track" aria-hidden="true">
                  <Across course={course} />
                  <Single mark={ship.arrives} kind="ship" />
                </div>
              </td>
              <td class="c-plan">{calendarDay(ship.arrives.at)}</td>
              <td class="c-when" colSpan={2} />
            </tr>
          ))}
          {course.forecast !== null && course.received === null && (
            <tr class="forecast-row">
              <th scope="row">{t('line.forecast')}</th>
              <td class="c-track">
                <div class="track" aria-hidden="true">
                  <Across course={course} />
                  <Fan forecast={course.forecast} needBy={course.needBy} />
                </div>
              </td>
              <td class="c-plan" />
              <td class="c-when" colSpan={2}>
                {dayRange(course.forecast.p10.at, course.forecast.p90.at)}
                <span class="limit">
                  {' '}
                  {t('forecast.middle')} <b>{calendarDay(course.forecast.p50.at)}</b>
                </span>
              </td>
            </tr>
          )}
          {course.received !== null && (
            <tr class="done">
              <th scope="row">{t('receipt.title')}</th>
              <td class="c-track">
                <div class="track" aria-hidden="true">
                  <Across course={course} />
                  <Single mark={course.received} kind="arrived" />
                </div>
              </td>
              <td class="c-plan">{calendarDay(line.needBy)}</td>
              <td class="c-when" colSpan={2}>
                <b>{calendarDay(course.received.at)}</b>
              </td>
            </tr>
          )}
        </tbody>
        <tfoot aria-hidden="true">
          <tr>
            <td />
            <td class="c-track">
              <div class="track foot">
                {course.received === null && (
                  <span class={`${side(course.now.x)} now-label`} style={{ left: `${course.now.x * 100}%` }}>
                    {t('course.now')}
                  </span>
                )}
                <span class={`${side(course.needBy.x)} need-label`} style={{ left: `${course.needBy.x * 100}%` }}>
                  {t('course.needBy')}
                </span>
              </div>
            </td>
            <td class="c-plan" />
            <td />
            <td class="c-off" />
          </tr>
        </tfoot>
      </table>
    </section>
  )
}
