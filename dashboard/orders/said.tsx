import type { Milestone } from '../../server/model/milestone.ts'
import { type OwnStages, stageName, t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'

const sentence = (said: Milestone, names: OwnStages): string => {
  const stage = stageName(said.stage, names)
  const time = dayTime(said.at)
  if (said.classifier === 'actual' && said.progress !== null && said.progress < 1)
    return t('said.progress', { stage, time, percent: Math.round(said.progress * 100) })
  return t(`said.${said.classifier}`, { stage, time })
}

/** Everything that was said of the line, the newest first, and by whom and when. */
export const Said = ({ milestones, names }: { milestones: Milestone[] | null; names: OwnStages }) => {
  const corrected = new Set(milestones?.map(({ corrects }) => corrects))
  return (
    <section class="panel padded said" aria-labelledby="said-title">
      <h2 id="said-title">{t('said.title')}</h2>
      {milestones?.length === 0 && <p class="muted">{t('said.none')}</p>}
      {milestones !== null && milestones.length > 0 && (
        <ul class="entries">
          {milestones.toReversed().map((said) => (
            <li key={said.id} class={corrected.has(said.id) ? 'struck' : ''}>
              <p>
                <span class="said-what">{sentence(said, names)}</span>
                {corrected.has(said.id) && <span class="tag">{t('said.corrected')}</span>}
              </p>
              {said.note !== null && said.note !== '' && <p class="said-note">{said.note}</p>}
              <p class="limit">{t('said.by', { name: said.saidBy.name, time: dayTime(said.recordedAt) })}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
