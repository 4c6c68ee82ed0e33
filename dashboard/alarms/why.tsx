import type { Alarm } from '../../server/model/alarm.ts'
import { aboutWords } from '../text/about-words.ts'
import { t, translator } from '../text/language.ts'
import { dayTime, dayTimeSeconds } from '../text/times.ts'
import { number, withUnit } from '../text/values.ts'
import { limitRule } from './alarm-text.ts'

const about = translator(aboutWords)

/** The figures behind an alarm, each under its own name: the names carry the units. */
const Figures = ({ alarm }: { alarm: Alarm }) => {
  const watched = limitRule(alarm.rule)
  const shown = (value: number, name = ''): string =>
    name.endsWith('EpochMs')
      ? dayTime(value)
      : watched === null
        ? number(value, 3)
            .replace(/([.,]\d*?)0+$/, '$1')
            .replace(/[.,]$/, '')
        : withUnit(watched.measure, value)
  const rows: [string, string][] = [
    [t('why.value'), shown(alarm.value)],
    [t('why.limit'), shown(alarm.limit)],
    [t('why.peak'), shown(alarm.peak)],
    ...Object.entries(alarm.figures ?? {}).map(([name, value]): [string, string] => [
      name
        .replace(/EpochMs$/, '')
        .replace(/([A-Z])/g, ' $1')
        .toLowerCase(),
      shown(value, name),
    ]),
  ]
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Why there is this alarm: how its rule judges, and the values that it judged by. */
export const Why = ({ alarm }: { alarm: Alarm }) => (
  <div class="why">
    <p>{about(`about.${alarm.rule}`)}</p>
    <Figures alarm={alarm} />
    <p class="muted">
      {[alarm.rule, alarm.deviceId].filter((part) => part !== null).join(' · ')} ·{' '}
      {t('why.learnt', { time: dayTimeSeconds(alarm.raisedAt) })}
    </p>
  </div>
)
