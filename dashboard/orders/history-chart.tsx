import { t } from '../text/orders.ts'
import { day, hourMinute } from '../text/times.ts'
import type { HistoryCourse, Place, Step } from './history-course.ts'

const DAY_MS = 86_400_000
const percent = (share: number): string => `${(share * 100).toFixed(2)}%`
const at = ({ share }: Place): string => percent(share)
const HATCH = 'forecast-past-need'

/** One range of arrivals while it was told; what lies past need-by is hatched over. */
const Band = ({ step: { from, to, p10, p90, needBy } }: { step: Step }) => {
  const x = at(from)
  const width = percent(to.share - from.share)
  const past = Math.min(needBy.share, p10.share) - p90.share
  return (
    <>
      <rect
        class="band"
        shape-rendering="crispEdges"
        x={x}
        width={width}
        y={at(p90)}
        height={percent(p10.share - p90.share)}
      />
      {past > 0 && <rect x={x} width={width} y={at(p90)} height={percent(past)} fill={`url(#${HATCH})`} />}
    </>
  )
}

/** The most likely arrival, in steps from one move to the next. */
const Middle = ({ steps }: { steps: readonly Step[] }) => (
  <>
    {steps.map((step, i) => {
      const next = steps[i + 1]
      return (
        <g key={step.from.at}>
          <line class="middle" x1={at(step.from)} x2={at(step.to)} y1={at(step.p50)} y2={at(step.p50)} />
          {next !== undefined && (
            <line class="middle rise" x1={at(step.to)} x2={at(step.to)} y1={at(step.p50)} y2={at(next.p50)} />
          )}
        </g>
      )
    })}
    {steps.map((step) => (
      <circle
        key={step.from.at}
        class={step.isArrived ? 'move-dot arrived-dot' : 'move-dot'}
        cx={at(step.from)}
        cy={at(step.p50)}
        r="4"
      />
    ))}
  </>
)

/** Names stand apart: one that is too near to the last is left out. */
const apart = (places: readonly Place[], least: number): Place[] => {
  const kept: Place[] = []
  for (const one of places) {
    const last = kept.at(-1)
    if (last === undefined || Math.abs(one.share - last.share) >= least) kept.push(one)
  }
  return kept
}

/** When a forecast was made against the arrival that it told, with need-by. What it shows stands beside it as a table. */
export const HistoryChart = ({ course, label }: { course: HistoryCourse; label: string }) => {
  const [first, last] = [course.steps[0], course.steps.at(-1)]
  const spanMs = (last?.to.at ?? 0) - (first?.from.at ?? 0)
  const end = last?.to.at ?? 0
  const need = course.needs.at(-1)
  // beside the line on which the most likely arrival is not
  const isBelow = need !== undefined && last !== undefined && last.p50.share <= need.needBy.share
  // the end is named anyway
  const inner = apart(course.times, 0.14).filter(({ share }) => share < 0.84)
  return (
    <figure class="history-chart" aria-label={label}>
      <div class="chart-days" aria-hidden="true">
        {apart(course.days, 0.1).map((one) => (
          <span key={one.at} style={{ top: at(one) }}>
            {day(one.at)}
          </span>
        ))}
      </div>
      <div class="chart-area" aria-hidden="true">
        <svg width="100%" height="100%" aria-hidden="true">
          <defs>
            <pattern id={HATCH} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line class="hatch" x1="0" y1="0" x2="0" y2="6" />
            </pattern>
          </defs>
          {course.days.map((one) => (
            <line key={one.at} class="grid" x1="0" x2="100%" y1={at(one)} y2={at(one)} />
          ))}
          {course.steps.map((step) => (
            <Band key={step.from.at} step={step} />
          ))}
          {course.needs.map((one) => (
            <line
              key={one.from.at}
              class="need"
              x1={at(one.from)}
              x2={at(one.to)}
              y1={at(one.needBy)}
              y2={at(one.needBy)}
            />
          ))}
          <Middle steps={course.steps} />
        </svg>
        {need !== undefined && (
          <span class={isBelow ? 'need-name below' : 'need-name'} style={{ top: at(need.needBy) }}>
            {t('course.needBy')}
          </span>
        )}
      </div>
      <div class="chart-times" aria-hidden="true">
        {inner.map((one) => (
          <span key={one.at} style={{ left: at(one) }}>
            {spanMs > 2 * DAY_MS ? day(one.at) : hourMinute(one.at)}
          </span>
        ))}
        <span class="at-end">{spanMs > 2 * DAY_MS ? day(end) : hourMinute(end)}</span>
      </div>
    </figure>
  )
}
