import type { Chart } from '../../server/model/chart.ts'
import { t } from '../text/language.ts'
import { dayTimeSeconds } from '../text/times.ts'
import { plain, unitSign } from '../text/values.ts'
import type { Measure } from '../units.ts'

const ROWS = 60

type TableRow = { at: number; min: number; max: number; mean: number }

/** At most `ROWS` rows, newest first; each keeps the lowest and highest of what it stands for. */
export const tableRows = (chart: Chart, measure: Measure, rows = ROWS): TableRow[] => {
  const { min, max, mean } = chart[measure]
  const present: TableRow[] = []
  chart.time.forEach((at, i) => {
    const [low, high, middle] = [min[i], max[i], mean[i]]
    if (typeof low === 'number' && typeof high === 'number')
      present.push({ at, min: low, max: high, mean: middle ?? low })
  })
  const each = Math.max(1, Math.ceil(present.length / rows))
  const out: TableRow[] = []
  for (let i = 0; i < present.length; i += each) {
    const group = present.slice(i, i + each)
    const first = group[0]
    if (first === undefined) continue
    out.push({
      at: first.at,
      min: Math.min(...group.map((row) => row.min)),
      max: Math.max(...group.map((row) => row.max)),
      mean: group.reduce((sum, row) => sum + row.mean, 0) / group.length,
    })
  }
  return out.reverse()
}

/** The chart as numbers, for who can't or won't read a picture. */
export const ChartTable = ({ chart, measure }: { chart: Chart; measure: Measure }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (axe: scrollable-region-focusable)
  <section class="chart-table" tabIndex={0} aria-label={t(`measure.${measure}`)}>
    <table class="list-table">
      <thead>
        <tr>
          <th scope="col">{t('chart.time')}</th>
          <th scope="col">
            {t('chart.min')} {unitSign(measure)}
          </th>
          <th scope="col">{t('chart.mean')}</th>
          <th scope="col">{t('chart.max')}</th>
        </tr>
      </thead>
      <tbody>
        {tableRows(chart, measure).map((row) => (
          <tr key={row.at}>
            <th scope="row">{dayTimeSeconds(row.at * 1000)}</th>
            <td>{plain(measure, row.min)}</td>
            <td>{plain(measure, row.mean)}</td>
            <td>{plain(measure, row.max)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
