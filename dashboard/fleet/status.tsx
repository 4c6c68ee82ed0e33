import type { Shipment } from '../../server/model/shipment.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import { ClockIcon, PriorityIcon } from '../shell/icons.tsx'
import { heardUpTo, now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { duration } from '../text/times.ts'
import { isOld, isOnItsWay, NEAR, worstNearness } from './attention.ts'

/** The first cell: the worst alarm by icon and word, else no contact, near its limit, or simply its phase. */
export const Status = ({ shipment }: { shipment: Shipment }) => {
  const alarm = shipment.worstAlarm
  if (alarm !== null)
    return (
      <span class={`status alarm-word ${alarm.priority}`}>
        <PriorityIcon priority={alarm.priority} quiet={alarm.acknowledged} />
        <span class="status-words">
          <b>{ruleName(alarm.rule)}</b>
          <span class="muted">
            {t(`priority.${alarm.priority}`)} ·{' '}
            {alarm.acknowledged
              ? t('alarm.acknowledged')
              : t('alarm.for', { duration: duration((now.value - Date.parse(alarm.onset)) / 1000) })}
            {shipment.activeAlarms > 1 && ` ${t('alarm.more', { n: shipment.activeAlarms - 1 })}`}
          </span>
        </span>
      </span>
    )
  if (isOld(shipment, heardUpTo.value))
    return (
      <span class="status">
        <ClockIcon />
        <span class="status-words">
          <b>{t('rule.silence')}</b>
          <span class="muted">{t(`phase.${shipment.phase}`)}</span>
        </span>
      </span>
    )
  const near = (worstNearness(shipment) ?? 0) >= NEAR && isOnItsWay(shipment)
  return (
    <span class="status">
      <span class="status-words">
        <span>{near ? t('fleet.near') : t(`phase.${shipment.phase}`)}</span>
        {near && <span class="muted">{t(`phase.${shipment.phase}`)}</span>}
      </span>
    </span>
  )
}
