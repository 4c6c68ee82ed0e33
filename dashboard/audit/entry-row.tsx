import type { Entry } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { dayTimeSeconds } from '../text/times.ts'
import { actionText } from './action-text.ts'

const isEmpty = (details: unknown): boolean =>
  details === null || details === undefined || (typeof details === 'object' && Object.keys(details).length === 0)

/** One thing that was done: who, what, to what, when, from where; the rest folded away. */
export const EntryRow = ({ entry }: { entry: Entry }) => {
  const { actor, subject } = entry
  return (
    <li class="item entry" data-item={entry.seq}>
      <time dateTime={entry.at}>{dayTimeSeconds(entry.at)}</time>
      <div class="item-what">
        <p class="item-title">
          {actor.name ?? t('audit.nobody')} <span class="did">{actionText(entry.action)}</span>{' '}
          {subject !== null && subject.id !== actor.id && (subject.name ?? subject.id)}
        </p>
        <p class="item-facts">
          {t('audit.number', { n: entry.seq })}
          {entry.from !== null && ` · ${t('audit.from', { from: entry.from })}`}
        </p>
        <details>
          <summary>{t('audit.details')}</summary>
          <dl class="pairs">
            <dt>{t('audit.action')}</dt>
            <dd>
              <code>{entry.action}</code>
            </dd>
            <dt>{t('audit.actor')}</dt>
            <dd>
              <code>
                {actor.kind} {actor.id}
              </code>
            </dd>
            {subject !== null && (
              <>
                <dt>{t('audit.subject')}</dt>
                <dd>
                  <code>
                    {subject.kind} {subject.id}
                  </code>
                </dd>
              </>
            )}
            <dt>{t('audit.hash')}</dt>
            <dd>
              <code>{entry.hash}</code>
            </dd>
          </dl>
          {!isEmpty(entry.details) && <pre>{JSON.stringify(entry.details, null, 2)}</pre>}
        </details>
      </div>
    </li>
  )
}
