import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Copyable } from '../manage/copyable.tsx'
import { useList } from '../manage/list.ts'
import { Head, type PageProps, Rows } from '../manage/page.tsx'
import type { ChainHead } from '../manage/requests.ts'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { dayTimeSeconds } from '../text/times.ts'
import { ACTIONS, actionText } from './action-text.ts'
import { EntryRow } from './entry-row.tsx'

/** What checks an export, wherever it was taken. */
const VERIFY = 'npm run verify-audit -- --file audit.jsonl'

const DAY = /^\d{4}-\d{2}-\d{2}$/
/** The moment at which a local day begins, or the one after it; null where no day is chosen. */
const dayEdge = (text: string | null, daysLater: number): string | null => {
  if (text === null || !DAY.test(text)) return null
  const date = new Date(`${text}T00:00:00`)
  date.setDate(date.getDate() + daysLater)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const Filters = ({ people }: { people: { id: string; name: string }[] }) => {
  const choose = (name: string) => (event: Event) => {
    const { currentTarget } = event
    if (currentTarget instanceof HTMLSelectElement || currentTarget instanceof HTMLInputElement)
      setParams({ [name]: currentTarget.value })
  }
  return (
    <fieldset class="filters">
      <legend class="hidden">{t('audit.filter')}</legend>
      <label>
        <span>{t('audit.who')}</span>
        <select name="actor" value={param('actor') ?? ''} onChange={choose('actor')}>
          <option value="">{t('audit.anybody')}</option>
          {people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('audit.what')}</span>
        <select name="action" value={param('action') ?? ''} onChange={choose('action')}>
          <option value="">{t('audit.anything')}</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {actionText(action)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('audit.fromDay')}</span>
        <input type="date" name="from" value={param('from') ?? ''} onChange={choose('from')} />
      </label>
      <label>
        <span>{t('audit.toDay')}</span>
        <input type="date" name="to" value={param('to') ?? ''} onChange={choose('to')} />
      </label>
      {['actor', 'action', 'from', 'to', 'subject'].some((name) => param(name) !== null) && (
        <button
          type="button"
          onClick={() => setParams({ actor: null, action: null, from: null, to: null, subject: null })}
        >
          {t('audit.clear')}
        </button>
      )}
    </fieldset>
  )
}

/** Who did what, to what, when and from where; and how to prove that nobody changed it since. */
export const AuditPage = ({ requests }: PageProps) => {
  const filter = useComputed(() => ({
    actor: param('actor'),
    action: param('action'),
    subject: param('subject'),
    from: dayEdge(param('from'), 0),
    // the server leaves its `to` out, a person means the whole day
    to: dayEdge(param('to'), 1),
  }))
  const asked = filter.value
  const entries = useList((cursor) => requests.audit(asked, cursor), JSON.stringify(asked))
  const people = useList(requests.people)
  const head = useSignal<ChainHead | null>(null)
  // once
  useEffect(() => {
    void requests.auditHead().then((answer) => {
      if (answer.ok) head.value = answer.value
    })
  }, [])
  return (
    <>
      <Head title={t('manage.audit')} lead={t('audit.lead')}>
        <a class="button" href="/api/v1/audit/export" download="audit.jsonl">
          {t('audit.export')}
        </a>
      </Head>
      {head.value !== null && (
        <details class="panel chain">
          <summary>
            {t('audit.head', { n: head.value.seq })}
            {head.value.at !== null && ` · ${dayTimeSeconds(head.value.at)}`} ·{' '}
            <code>{head.value.hash.slice(0, 16)}…</code>
          </summary>
          <div class="stack">
            <p>{t('audit.chainMeans')}</p>
            <Copyable label={t('audit.hash')} text={head.value.hash} />
            <Copyable label={t('audit.verify')} text={VERIFY} />
          </div>
        </details>
      )}
      <Filters people={people.items.value ?? []} />
      <Rows
        list={entries}
        label={t('manage.audit')}
        none={t('audit.none')}
        moreLabel={t('audit.more')}
        row={(entry) => <EntryRow key={entry.seq} entry={entry} />}
      />
    </>
  )
}
