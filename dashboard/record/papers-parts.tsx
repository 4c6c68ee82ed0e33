import type { Report } from '../../server/model/report.ts'
import { PhoneIcon } from '../shell/icons.tsx'
import { language } from '../text/language.ts'
import { r } from '../text/record-words.ts'

/** The line of the transport document, and what it lacks. */
export const AdrLine = ({ report }: { report: Report }) =>
  report.adr.line === null ? (
    <p class="muted">{r('papers.noAdr')}</p>
  ) : (
    <>
      <p class="adr-line" lang="en">
        {report.adr.line}
      </p>
      {report.adr.missing.length > 0 && (
        <p class="muted">{r('papers.adrMissing', { what: report.adr.missing.join(', ') })}</p>
      )}
    </>
  )

/** Whom to call: the 24-hour contact first, every number one to tap. */
export const People = ({ report }: { report: Report }) => (
  <>
    <ul class="people">
      {report.people.map((person) => (
        <li key={`${person.phone} ${person.name}`}>
          <span class="muted">{person.part === 'other' ? person.role : r(`part.${person.part}`)}</span>
          <span>{person.name}</span>
          <a href={`tel:${person.phone.replace(/[^+\d]/g, '')}`}>
            <PhoneIcon /> {person.phone}
          </a>
        </li>
      ))}
    </ul>
    {report.missing.length > 0 && (
      <p class="muted">{r('papers.missing', { who: report.missing.map((part) => r(`part.${part}`)).join(', ') })}</p>
    )}
  </>
)

/** What to do first; in the reader's language where the card has it. */
export const Card = ({ report }: { report: Report }) => {
  const card = report.responseCard?.[language.value] ?? report.responseCard?.en ?? report.responseCard?.zh
  if (card === undefined) return <p class="muted">{r('papers.noCard')}</p>
  return (
    <dl class="card">
      {(['first', 'fire', 'spill', 'distance'] as const).map((part) => (
        <div key={part}>
          <dt>{r(`card.${part}`)}</dt>
          <dd>{card[part]}</dd>
        </div>
      ))}
    </dl>
  )
}
