import type { TriedOut } from '../../server/model/alarm-quality.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import { PriorityIcon } from '../shell/icons.tsx'
import { t } from '../text/manage.ts'
import { dayTime } from '../text/times.ts'
import { number } from '../text/values.ts'

const SHOWN = 50

const List = ({ title, items }: { title: string; items: TriedOut['go'] }) =>
  items.length === 0 ? null : (
    <>
      <h3>
        {title} ({items.length})
      </h3>
      <ul class="rows">
        {items.slice(0, SHOWN).map((item) => (
          <li key={`${item.deviceId}${item.rule}${item.onset}`}>
            <b class={item.priority}>
              <PriorityIcon priority={item.priority} quiet />
              {ruleName(item.rule)}
            </b>
            <span>
              <a href={`/shipments/${item.shipmentId}`}>{item.shipmentReference}</a> · {dayTime(item.onset)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )

/** What other settings would have made of stored history. */
export const Tried = ({ tried }: { tried: TriedOut }) => {
  const changes = tried.come.length + tried.go.length
  return (
    <section class="tried" aria-live="polite">
      <p>
        <b>
          {changes === 0
            ? t('try.nothing', { stay: tried.stay })
            : t('try.change', { go: tried.go.length, come: tried.come.length, stay: tried.stay })}
        </b>{' '}
        <span class="muted">
          {t('try.over', { readings: number(tried.readings), streams: tried.streams })}
          {!tried.complete && ` ${t('try.incomplete')}`}
        </span>
      </p>
      {tried.go.some(({ priority }) => priority === 'critical') && <p class="note-bad">{t('try.critical')}</p>}
      <List title={t('try.go')} items={tried.go} />
      <List title={t('try.come')} items={tried.come} />
    </section>
  )
}
