import { useSignal } from '@preact/signals'
import type { Milestone } from '../../server/model/milestone.ts'
import { type OwnStages, stageName, t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'

/** What somebody said of a stage. */
export const sentence = (said: Milestone, names: OwnStages): string => {
  const stage = stageName(said.stage, names)
  const time = dayTime(said.at)
  if (said.classifier === 'actual' && said.progress !== null && said.progress < 1)
    return t('said.progress', { stage, time, percent: Math.round(said.progress * 100) })
  return t(`said.${said.classifier}`, { stage, time })
}

type SaidProps = { of: { orderId: string; line: string }; milestones: Milestone[] | null; names: OwnStages }

/** The picture that came with it, small; whole where it is opened. */
const Photo = ({ of, said, names }: Pick<SaidProps, 'of' | 'names'> & { said: Milestone }) => {
  const path = `/api/v1/orders/${encodeURIComponent(of.orderId)}/lines/${encodeURIComponent(of.line)}/milestones/${said.id}/photo`
  return (
    <a class="said-photo" href={path} target="_blank" rel="noreferrer">
      <img src={path} loading="lazy" alt={t('said.photo', { stage: stageName(said.stage, names) })} />
    </a>
  )
}

/** So many at first; a supplier who writes daily fills a page. */
const FIRST = 8

/** Everything that was said of the line, the newest first, and by whom and when. */
export const Said = ({ of, milestones, names }: SaidProps) => {
  const all = useSignal(false)
  const corrected = new Set(milestones?.map(({ corrects }) => corrects))
  const newest = (milestones ?? []).toSorted((a, b) => b.recordedAt.localeCompare(a.recordedAt))
  return (
    <section class="panel padded said" aria-labelledby="said-title">
      <h2 id="said-title">{t('said.title')}</h2>
      {milestones?.length === 0 && <p class="muted">{t('said.none')}</p>}
      {newest.length > 0 && (
        <ul class="entries">
          {newest.slice(0, all.value ? newest.length : FIRST).map((said) => (
            <li key={said.id} class={corrected.has(said.id) ? 'struck' : ''}>
              <p>
                <span class="said-what">{sentence(said, names)}</span>
                {corrected.has(said.id) && <span class="tag">{t('said.corrected')}</span>}
              </p>
              {said.note !== null && said.note !== '' && <p class="said-note">{said.note}</p>}
              {said.photo && <Photo of={of} said={said} names={names} />}
              <p class="limit">{t('said.by', { name: said.saidBy.name, time: dayTime(said.recordedAt) })}</p>
            </li>
          ))}
        </ul>
      )}
      {newest.length > FIRST && !all.value && (
        <button
          type="button"
          onClick={() => {
            all.value = true
          }}
        >
          {t('said.more', { n: newest.length })}
        </button>
      )}
    </section>
  )
}
