import type { ImportPreview } from '../../server/model/import.ts'
import { issueSentence } from '../../server/model/import-issue.ts'
import { language } from '../text/language.ts'
import { t } from '../text/orders.ts'
import { changeSentence } from './history.tsx'

const SHOWN = 30
const COUNTS = ['new', 'changed', 'same', 'failed'] as const

type Props = { preview: ImportPreview; busy: boolean; onTake(): void; onAnother(): void }

/** What would become of the file, what is in its way row by row, and the button that takes it. */
export const ImportOutcome = ({ preview, busy, onTake, onAnother }: Props) => {
  const { counts, issues, issueCount } = preview
  const rows = counts.new + counts.changed
  const blocked = counts.failed > 0
  const format = [preview.format.toUpperCase(), preview.encoding].filter((one) => one !== null).join(', ')
  return (
    <section class="panel padded" aria-labelledby="outcome-title">
      <div>
        <h2 id="outcome-title">{t('import.outcome')}</h2>
        <p class="muted">
          {t('import.file', { name: preview.name, rows: preview.rows, format })}
          {preview.remembered && ` · ${t('import.remembered')}`}
        </p>
      </div>
      <dl class="counts" aria-live="polite">
        {COUNTS.map((one) => (
          <div key={one}>
            <dt>{t(`import.${one}`)}</dt>
            <dd class={one === 'failed' && blocked ? 'tone-high' : ''}>{counts[one]}</dd>
          </div>
        ))}
      </dl>
      <footer class="actions">
        <button type="button" class="primary" disabled={busy || blocked || rows === 0} onClick={onTake}>
          {t('import.take', { n: rows })}
        </button>
        <button type="button" onClick={onAnother}>
          {t('import.another')}
        </button>
        {issueCount > 0 && (
          <a
            class="button"
            href={`/api/v1/imports/${preview.id}/errors?language=${language.value}`}
            download="errors.csv"
          >
            {t('import.download')}
          </a>
        )}
      </footer>
      {(blocked || rows === 0) && <p class="muted">{t(blocked ? 'import.blocked' : 'import.nothing')}</p>}
      {preview.changes.length > 0 && (
        <details>
          <summary>
            {t('import.changes')} ({counts.changed})
          </summary>
          <ul class="issue-list">
            {preview.changes.slice(0, SHOWN).map(({ row, number, line, changes }) => (
              <li key={row}>
                <span>{t('import.row', { row })}</span>
                <span class="muted">{t('line.title', { number, line })}</span>
                <span>
                  {Object.entries(changes)
                    .map(([field, change]) => changeSentence(field, change))
                    .join('; ')}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {issues.length > 0 && (
        <div>
          <h3>{t('import.issues')}</h3>
          <ul class="issue-list">
            {issues.slice(0, SHOWN).map((issue) => (
              <li key={`${issue.row} ${issue.field} ${issue.code}`}>
                <span>{t('import.row', { row: issue.row })}</span>
                <span class="muted">{issue.column ?? ''}</span>
                <span>{issueSentence(language.value, issue)}</span>
              </li>
            ))}
          </ul>
          {issueCount > SHOWN && <p class="muted">{t('import.issues.more', { shown: SHOWN, all: issueCount })}</p>}
        </div>
      )}
    </section>
  )
}
