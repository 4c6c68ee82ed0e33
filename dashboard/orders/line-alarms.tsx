import type { Alarm } from '../../server/model/alarm.ts'
import { AlarmItem } from '../alarms/alarm-item.tsx'
import { subjectOf } from '../live/alarm-book.ts'
import { t } from '../text/orders.ts'

/** The open alarms of one line, to act on, and where they stand among all. */
export const LineAlarms = ({ alarms }: { alarms: readonly Alarm[] }) => {
  const first = alarms[0]
  if (first === undefined) return null
  return (
    <section class="panel line-alarms" aria-labelledby="line-alarms-title">
      <header>
        <h2 id="line-alarms-title">{t('lineAlarms.title')}</h2>
        <a href={`/alarms?q=${encodeURIComponent(subjectOf(first))}`}>{t('lineAlarms.all')}</a>
      </header>
      <ul class="alarm-list">
        {alarms.map((alarm) => (
          <AlarmItem key={alarm.id} alarm={alarm} />
        ))}
      </ul>
    </section>
  )
}
