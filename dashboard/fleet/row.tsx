import type { Shipment } from '../../server/model/shipment.ts'
import { AcknowledgeButton } from '../alarms/acknowledge.tsx'
import type { Entry } from '../live/world.ts'
import { ClockIcon } from '../shell/icons.tsx'
import { heardUpTo, now } from '../state/clock.ts'
import { language, t } from '../text/language.ts'
import { ago, dayTime, duration } from '../text/times.ts'
import { isOld, isOnItsWay } from './attention.ts'
import { Sparkline } from './sparkline.tsx'
import { Status } from './status.tsx'
import { Value } from './value.tsx'

/** The substance's name in the reader's language. */
export const substanceName = ({ substance }: Pick<Shipment, 'substance'>): string =>
  language.value === 'zh' ? (substance.nameZh ?? substance.name) : substance.name

/** Seconds until the planned arrival, negative after it; null when it no longer travels. */
export const secondsLeft = (shipment: Shipment, nowMs: number): number | null =>
  shipment.timeLeftSeconds === null ? null : (Date.parse(shipment.eta) - nowMs) / 1000

const LastReading = ({ shipment }: { shipment: Shipment }) => {
  const { newest } = shipment
  const old = isOld(shipment, heardUpTo.value)
  if (newest === null) return <span class="muted">{t('fleet.noReading')}</span>
  return (
    <span class={old ? 'contact old' : 'contact'}>
      {old && <ClockIcon />}
      {ago(newest.time, now.value)}
      {old && <span class="limit">{t('fleet.old')}</span>}
    </span>
  )
}

const Arrival = ({ shipment }: { shipment: Shipment }) => {
  const left = secondsLeft(shipment, now.value)
  return (
    <span class="arrival">
      <span>
        {left === null
          ? t(`phase.${shipment.phase}`)
          : left < 0
            ? t('time.late', { duration: duration(left) })
            : t('time.left', { duration: duration(left) })}
      </span>
      <span class="limit">{dayTime(shipment.eta)}</span>
    </span>
  )
}

const rules = {
  temperature: /^(temperature|rate-of-rise|self-heating)/,
  pressure: /^pressure/,
  level: /^level/,
} as const
const tone = (shipment: Shipment, measure: keyof typeof rules): string =>
  shipment.worstAlarm !== null && rules[measure].test(shipment.worstAlarm.rule) ? shipment.worstAlarm.priority : 'high'

type RowProps = { entry: Entry; index: number; current: boolean; onFocus(id: string): void }

/** One shipment in the list. Its link covers the whole row; only the acknowledge button lies above it. */
export const FleetRow = ({ entry, index, current, onFocus }: RowProps) => {
  const shipment = entry.shipment.value
  const { newest, limits, worstAlarm } = shipment
  const watched = isOnItsWay(shipment)
  const aged = isOld(shipment, heardUpTo.value) ? ' aged' : ''
  const urgent = worstAlarm === null ? '' : worstAlarm.acknowledged ? ' seen' : ` edge-${worstAlarm.priority}`
  return (
    <tr class={`row${urgent}${aged}${watched ? '' : ' resting'}`} aria-rowindex={index + 2}>
      <td class="c-status">
        <Status shipment={shipment} />
      </td>
      <th scope="row" class="c-shipment">
        <a
          href={`/shipments/${shipment.id}`}
          data-id={shipment.id}
          tabIndex={current ? 0 : -1}
          onFocus={() => onFocus(shipment.id)}
        >
          {shipment.reference}
        </a>
        <span class="substance">
          {shipment.substance.un !== null && <span class="un">UN {shipment.substance.un}</span>}{' '}
          {substanceName(shipment)}
        </span>
        <span class="limit route">
          {shipment.origin.name} → {shipment.destination.name}
        </span>
      </th>
      <td class="c-temperature">
        <Value
          measure="temperature"
          value={newest?.temperature ?? null}
          limits={limits}
          tone={tone(shipment, 'temperature')}
        />
        <Sparkline entry={entry} measure="temperature" limits={limits} />
      </td>
      <td class="c-pressure">
        <Value measure="pressure" value={newest?.pressure ?? null} limits={limits} tone={tone(shipment, 'pressure')} />
        <Sparkline entry={entry} measure="pressure" limits={limits} />
      </td>
      <td class="c-level">
        <Value measure="level" value={newest?.level ?? null} limits={limits} tone={tone(shipment, 'level')} />
      </td>
      <td class="c-contact">
        <LastReading shipment={shipment} />
      </td>
      <td class="c-arrival">
        <Arrival shipment={shipment} />
      </td>
      <td class="c-act">
        {worstAlarm !== null && !worstAlarm.acknowledged && (
          <AcknowledgeButton
            alarmId={worstAlarm.id}
            shipmentId={shipment.id}
            rule={worstAlarm.rule}
            reference={shipment.reference}
          />
        )}
      </td>
    </tr>
  )
}
