import { useComputed } from '@preact/signals'
import type { Alarm, Priority } from '../../server/model/alarm.ts'
import { inCallingOrder } from '../../server/model/calling.ts'
import type { Shipment } from '../../server/model/shipment.ts'
import { AcknowledgeButton } from '../alarms/acknowledge.tsx'
import { alarmText } from '../alarms/alarm-text.ts'
import { stepText, telephone } from '../alarms/first-steps.tsx'
import { isActive, isUnacknowledged } from '../live/alarm-book.ts'
import type { World } from '../live/world.ts'
import { CheckIcon, ClockIcon, PhoneIcon, PriorityIcon } from '../shell/icons.tsx'
import { heardUpTo, now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { byAttention, isOld, isOnItsWay } from './attention.ts'
import { secondsLeft, substanceName } from './row.tsx'

const PRIORITIES: Priority[] = ['critical', 'high', 'medium', 'low']

/** What the whole fleet is like, counted once a second. */
const count = (world: World, at: number, heard: number) => {
  const alarmed: Shipment[] = []
  const byPriority: Record<Priority, number> = { critical: 0, high: 0, medium: 0, low: 0 }
  let [silent, onTheWay, late, abnormal] = [0, 0, 0, 0]
  for (const { shipment } of world.entries.values()) {
    const value = shipment.peek()
    const old = isOld(value, heard)
    if (isOnItsWay(value)) onTheWay++
    if (old) silent++
    if ((secondsLeft(value, at) ?? 0) < 0) late++
    if (value.worstAlarm !== null) {
      byPriority[value.worstAlarm.priority]++
      alarmed.push(value)
    }
    if (value.worstAlarm !== null || old) abnormal++
  }
  // the same order as the list, so that both name the same shipment first
  const first = byAttention(alarmed, heard)[0] ?? null
  return { byPriority, silent, onTheWay, late, abnormal, first }
}
type Counts = ReturnType<typeof count>

const Counted = ({ counts }: { counts: Counts }) => (
  <div class="summary-counts">
    <h2>{t('summary.abnormal')}</h2>
    <ul>
      {PRIORITIES.filter((priority) => counts.byPriority[priority] > 0).map((priority) => (
        <li key={priority} class={`alarm-word ${priority}`}>
          <PriorityIcon priority={priority} />
          <b>{counts.byPriority[priority]}</b> {t(`priority.${priority}`)}
        </li>
      ))}
      {counts.silent > 0 && (
        <li>
          <a href="/?show=silent">
            <ClockIcon /> {t('summary.silent', { n: counts.silent })}
          </a>
        </li>
      )}
    </ul>
    <p class="muted">
      {t('summary.none', { n: counts.onTheWay })}
      {counts.late > 0 && ` · ${t('summary.late', { n: counts.late })}`}
    </p>
  </div>
)

const First = ({ alarm, shipment }: { alarm: Alarm; shipment: Shipment }) => {
  const left = secondsLeft(shipment, now.value)
  const contact = inCallingOrder(shipment.contacts)[0]
  const lasting = duration((now.value - Date.parse(alarm.onset)) / 1000)
  return (
    <>
      <div class="summary-what">
        <h2 class={`alarm-word ${alarm.priority}`}>
          <PriorityIcon priority={alarm.priority} />
          {t('summary.first')}: {t(`rule.${alarm.rule}`)}
        </h2>
        <p class="summary-lead">{alarmText(alarm, shipment)}</p>
        <p class="muted">
          <a href={`/shipments/${shipment.id}`}>{shipment.reference}</a> ·{' '}
          {shipment.substance.un !== null && `UN ${shipment.substance.un} `}
          {substanceName(shipment)}
          {isActive(alarm) && ` · ${t('alarm.for', { duration: lasting })}`}
        </p>
      </div>
      <div class="summary-left">
        <h2>{t('summary.timeLeft')}</h2>
        <p class="summary-lead">{left === null ? t(`phase.${shipment.phase}`) : duration(left)}</p>
        {left !== null && (
          <p class="muted">{left < 0 ? t('summary.past') : t('summary.until', { place: shipment.destination.name })}</p>
        )}
      </div>
      <div class="summary-do">
        <h2>{t('summary.todo')}</h2>
        <p>{stepText(alarm)}</p>
        <p class="summary-actions">
          {contact === undefined ? (
            <span class="muted">{t('summary.noContact')}</span>
          ) : (
            <a class="button primary" href={telephone(contact.phone)}>
              <PhoneIcon /> {contact.name} {contact.phone}
            </a>
          )}
          {isUnacknowledged(alarm) && (
            <AcknowledgeButton
              alarmId={alarm.id}
              shipmentId={alarm.shipmentId}
              rule={alarm.rule}
              reference={shipment.reference}
            />
          )}
        </p>
      </div>
    </>
  )
}

/** The answer in one look: what is abnormal, how long is left, what to do. */
export const Summary = () => {
  const { world } = useZaitu()
  const counts = useComputed(() => {
    world.alarmVersion.value
    world.ids.value
    return count(world, now.value, heardUpTo.value)
  }).value
  const shipment = counts.first === null ? undefined : world.entries.get(counts.first.id)?.shipment.value
  const alarm = world.alarms.get(shipment?.worstAlarm?.id ?? '')
  if (counts.abnormal === 0)
    return (
      <section class="summary panel calm" aria-label={t('summary.abnormal')}>
        <div class="summary-counts">
          <h2>
            <CheckIcon /> {t('summary.calm')}
          </h2>
          <p class="muted">
            {counts.onTheWay === 0 ? t('summary.calmEmpty') : t('summary.calmDetail', { n: counts.onTheWay })}
          </p>
        </div>
      </section>
    )
  return (
    <section class="summary panel" aria-label={t('summary.abnormal')}>
      <Counted counts={counts} />
      {alarm !== undefined && shipment !== undefined && <First alarm={alarm} shipment={shipment} />}
    </section>
  )
}
