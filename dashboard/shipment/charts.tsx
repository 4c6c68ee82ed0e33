import type { Alarm } from '../../server/model/alarm.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/language.ts'
import { dayTime, duration, zoneShort } from '../text/times.ts'
import type { Measure } from '../units.ts'
import { summarise } from './columns.ts'
import { useCourse } from './course.ts'
import { Plot } from './plot.tsx'
import { type ChosenRange, PRESETS } from './range.ts'

const MEASURES: Measure[] = ['temperature', 'pressure', 'level']

const RangeBar = ({ chosen }: { chosen: ChosenRange }) => (
  <div class="range-bar">
    <fieldset class="segments">
      <legend class="hidden">{t('range.label')}</legend>
      {PRESETS.map((preset) => (
        <button
          key={preset}
          type="button"
          aria-pressed={chosen.preset === preset}
          onClick={() =>
            setParams({ range: preset === '6h' ? null : preset, from: null, to: null }, { replace: false })
          }
        >
          {t(`range.${preset}`)}
        </button>
      ))}
    </fieldset>
    <span class="muted">
      {chosen.preset === null
        ? t('range.zoomed', { from: dayTime(chosen.from * 1000), to: dayTime(chosen.to * 1000) })
        : t('range.live')}
    </span>
    <span class="muted zone-name">{zoneShort()}</span>
  </div>
)

type ChartsProps = { shipment: ShipmentDetail; chosen: ChosenRange; alarms: readonly Alarm[] }

/** Temperature, pressure and level under one another, on one time. */
export const Charts = ({ shipment, chosen, alarms }: ChartsProps) => {
  const { course, problem, version } = useCourse(shipment, chosen).value
  const table = param('view') === 'table'
  // pressure and level are drawn where there is something; temperature always, so that an empty chart says so
  const drawn = MEASURES.filter(
    (measure) => measure === 'temperature' || (course !== null && summarise(course.chart, measure) !== null),
  )
  const chart = course?.chart
  return (
    <section class="charts panel" aria-labelledby="charts-title" aria-busy={course === null}>
      <header>
        <h2 id="charts-title">{t('shipment.charts')}</h2>
        <RangeBar chosen={chosen} />
        <button type="button" class="plain" onClick={() => setParams({ view: table ? null : 'table' })}>
          {t(table ? 'chart.chart' : 'chart.table')}
        </button>
      </header>
      {problem !== null && <p class="note-bad">{problem}</p>}
      {course === null
        ? problem === null && <p class="empty">{t('app.loading')}</p>
        : drawn.map((measure) => (
            <Plot
              key={measure}
              measure={measure}
              course={course}
              version={version}
              shipment={shipment}
              alarms={alarms}
              table={table}
            />
          ))}
      {chart !== undefined && (
        <footer class="legend muted">
          <span>
            {chart.bucketSeconds === 0
              ? t('chart.each')
              : t('chart.bucket', { duration: duration(chart.bucketSeconds) })}
          </span>
          {summarise(chart, 'ambient') !== null && (
            <span>
              <svg class="swatch" viewBox="0 0 24 8" aria-hidden="true">
                <path d="M0 4h24" class="swatch-ambient" />
              </svg>
              {t('measure.ambient')}
            </span>
          )}
          <span>
            <svg class="swatch" viewBox="0 0 24 8" aria-hidden="true">
              <path d="M0 4h24" class="swatch-limit" />
            </svg>
            {t('shipment.limits')}
          </span>
          {chart.late.length > 0 && (
            <span>
              <svg class="swatch" viewBox="0 0 24 8" aria-hidden="true">
                <path d="M0 8l8-8M8 8l8-8M16 8l8-8" class="swatch-late" />
              </svg>
              {t('chart.late')}
            </span>
          )}
          <span>{t('chart.gap')}</span>
          <span>{t('chart.coverage', { percent: Math.round(chart.coverage * 100) })}</span>
          {!table && <span>{t('range.drag')}</span>}
        </footer>
      )}
    </section>
  )
}
