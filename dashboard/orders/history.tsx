import { FIELD_NAMES } from '../../server/model/import-issue.ts'
import type { OrderChange } from '../../server/model/order.ts'
import { language } from '../text/language.ts'
import { t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'
import { calendarDay } from './forecast-text.ts'

const NAMES: Record<string, Record<'en' | 'zh', string>> = FIELD_NAMES
const shown = (value: unknown): string => {
  if (value === null || value === undefined) return t('app.none')
  const text = String(value)
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? calendarDay(text) : text
}

/** One field that was or would be changed, from what to what. */
export const changeSentence = (field: string, { before, after }: { before?: unknown; after?: unknown }): string => {
  if (field === 'stages') return t('history.stages')
  if (field === 'cancelledAt') return t(after === null ? 'history.restored' : 'history.cancelled')
  return t('history.change', {
    field: NAMES[field]?.[language.value] ?? field,
    before: shown(before),
    after: shown(after),
  })
}

/** What a change did, in words. */
export const sentences = ({ what, changes }: OrderChange): string[] => {
  if (what === 'entered') return [t('history.entered')]
  return Object.entries(changes).map(([field, change]) => {
    if (what === 'attached') return t('history.attached', { reference: field, quantity: shown(change.after) })
    return what === 'detached' ? t('history.detached', { reference: field }) : changeSentence(field, change)
  })
}

/** What was changed of the order and this line since it was entered. */
export const History = ({ changes }: { changes: OrderChange[] }) => (
  <section class="panel padded" aria-labelledby="history-title">
    <h2 id="history-title">{t('history.title')}</h2>
    <ul class="entries">
      {changes.toReversed().map((change) => (
        <li key={change.id}>
          {sentences(change).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          {change.reason !== null && <p class="said-note">{change.reason}</p>}
          <p class="limit">
            {change.by === null ? dayTime(change.at) : t('said.by', { name: change.by.name, time: dayTime(change.at) })}
            {change.source === 'import' && ` · ${t('history.import')}`}
          </p>
        </li>
      ))}
    </ul>
  </section>
)
