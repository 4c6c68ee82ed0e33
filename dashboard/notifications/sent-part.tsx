import type { NotificationItem } from '../../server/model/notification.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import type { List } from '../manage/list.ts'
import { Rows } from '../manage/page.tsx'
import type { Requests } from '../manage/requests.ts'
import { PriorityIcon } from '../shell/icons.tsx'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { dropWord, kindWord, problemWord } from './words.ts'

const SHOW = ['all', 'failing', 'dead', 'waiting', 'untold'] as const
type Show = (typeof SHOW)[number]
export const shownState = (): Show => SHOW.find((one) => one === param('show')) ?? 'all'

const label = (show: Show): string => {
  if (show === 'all') return t('notify.all')
  return show === 'failing' ? t('notify.failed') : t(`sent.${show}`)
}

const whatOf = ({ kind, rule, title, shipmentReference, orderNumber, line }: NotificationItem): string =>
  [
    rule === null ? (title ?? kindWord(kind)) : ruleName(rule),
    shipmentReference ?? (orderNumber === null ? null : `${orderNumber} / ${line}`),
  ]
    .filter((part) => part !== null)
    .join(' · ')

const hrefOf = ({ shipmentId, orderId, line }: NotificationItem): string | null => {
  if (shipmentId !== null) return `/shipments/${shipmentId}`
  return orderId === null ? null : `/orders/${orderId}/${encodeURIComponent(line ?? '')}`
}

const why = ({ state, problem }: NotificationItem): string | null => {
  if (problem === null) return null
  return state === 'dropped' ? dropWord(problem) : problemWord(problem)
}

const ItemRow = ({ item, onAgain }: { item: NotificationItem; onAgain(): void }) => {
  const { state, channel, kind, attempts, problem } = item
  const failed = state === 'dead' || (state === 'waiting' && problem !== null)
  const what = whatOf(item)
  const href = hrefOf(item)
  const reason = why(item)
  return (
    <li class="item" data-item={item.id}>
      <div class="item-what">
        <p class="item-title">
          <PriorityIcon priority={item.priority} quiet={state !== 'untold' && state !== 'dead'} />{' '}
          {href === null ? what : <a href={href}>{what}</a>}
        </p>
        <p class="item-facts">
          {[
            dayTime(item.createdAt),
            item.rule === null ? null : kindWord(kind),
            channel === null ? null : t('notify.toWhom', { name: channel.name }),
            item.together ? t('notify.together') : null,
            attempts > 1 ? t('notify.tries', { n: attempts }) : null,
            state === 'waiting' && item.nextAttemptAt !== null
              ? t('notify.next', { time: dayTime(item.nextAttemptAt) })
              : null,
            reason,
          ]
            .filter((part) => part !== null)
            .join(' · ')}
        </p>
        {failed && item.detail !== null && <p class="item-facts">{t('notify.said', { detail: item.detail })}</p>}
      </div>
      <div class="item-state">
        <span class={state === 'dead' || state === 'untold' ? 'tag bad' : failed ? 'tag strong' : 'tag'}>
          {failed && state === 'waiting' ? t('notify.failed') : t(`sent.${state}`)}
        </span>
        {failed && (
          <button type="button" aria-label={t('notify.againOf', { what })} onClick={onAgain}>
            {t('notify.again')}
          </button>
        )}
      </div>
    </li>
  )
}

/** What was told and what was not, and why. */
export const SentPart = ({ list, requests }: { list: List<NotificationItem>; requests: Requests }) => {
  const { toasts } = useZaitu()
  const show = shownState()
  const again = async (id: string): Promise<void> => {
    const answer = await requests.retryNotification(id)
    toasts.say(answer.ok ? t('notify.againSaid') : answer.message)
    await list.reload()
  }
  return (
    <section aria-labelledby="happened" class="part">
      <header class="manage-head">
        <h2 id="happened">{t('notify.happened')}</h2>
        <fieldset class="segments" aria-labelledby="happened">
          {SHOW.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === show}
              onClick={() => setParams({ show: one === 'all' ? null : one })}
            >
              {label(one)}
            </button>
          ))}
        </fieldset>
      </header>
      {show === 'dead' && <p class="note-quiet">{t('notify.deadHint')}</p>}
      <Rows
        list={list}
        label={t('notify.happened')}
        none={t('notify.nothing')}
        row={(item) => <ItemRow key={item.id} item={item} onAgain={() => void again(item.id)} />}
      />
    </section>
  )
}
