import { useState } from 'preact/hooks'
import type { StageState } from '../../server/model/order.ts'
import type { SupplierLine } from '../../server/model/supplier-link.ts'
import { day, isChinese, stageName, t } from './language.ts'
import { lineKey, type PageState, type State } from './page-state.ts'
import { SayForm } from './say-form.tsx'
import { nextStage, overdueDays, standing } from './standing.ts'
import { Thanks } from './thanks.tsx'

const Due = ({ stage }: { stage: StageState }) => {
  const { estimatedAt, plannedAt } = stage
  const days = overdueDays(stage, Date.now())
  return (
    <p class="due">
      {estimatedAt !== null
        ? t('estimated', { date: day(estimatedAt) })
        : plannedAt !== null
          ? t('planned', { date: day(plannedAt) })
          : t('noDate')}
      {days !== null && (
        <b class={days === 0 ? 'today' : 'overdue'}>{days === 0 ? t('dueToday') : t('overdue', { days })}</b>
      )}
    </p>
  )
}

/** The stages of a line as a row of marks: filled is done, ringed comes next. */
const Rail = ({ stages, next, names }: { stages: readonly StageState[]; next: string | null; names: SupplierLine['stageNames'] }) => {
  const done = stages.findLastIndex(({ actualAt }) => actualAt !== null) + 1
  return (
    <div class="rail">
      <ol aria-label={t('of', { done, all: stages.length })}>
        {stages.map(({ stage }, index) => (
          <li key={stage} class={index < done ? 'done' : stage === next ? 'next' : ''} title={stageName(stage, names)} />
        ))}
      </ol>
      <span class="muted small" aria-hidden="true">
        {t('of', { done, all: stages.length })}
      </span>
    </div>
  )
} // biome-ignore format: a rail

type Doing = 'none' | 'more' | 'will-be' | 'change'

/** One line: where it stands, what comes next, and one tap to say that it is done. */
export const LineCard = ({ line, now, state }: { line: SupplierLine; now: State; state: PageState }) => {
  const [doing, setDoing] = useState<Doing>('none')
  const stages = standing(line, now.queue)
  const next = nextStage(stages)
  const thanked = now.thanked.get(lineKey(line)) ?? null
  const { substance, stageNames } = line
  const substanceName = isChinese() ? (substance.nameZh ?? substance.name) : substance.name
  const close = (): void => setDoing('none')
  const nextName = next === null ? '' : stageName(next.stage, stageNames)
  return (
    <li class="line">
      <h3>
        {substanceName} <span class="quantity">{`${line.quantity} ${line.unit}`}</span>
      </h3>
      <p class="muted small">
        {t('order', { number: line.number, line: line.line })} · {t('needBy', { date: day(line.needBy) })}
      </p>
      <Rail stages={stages} next={next?.stage ?? null} names={stageNames} />
      {thanked !== null && doing !== 'change' && (
        <Thanks line={line} stages={stages} thanked={thanked} state={state} onChange={() => setDoing('change')} />
      )}
      {next === null ? (
        <p class="finished">
          <span aria-hidden="true">✓</span> {t('finished')}
        </p>
      ) : (
        <div class="next-stage">
          <p class="muted small">{t('next')}</p>
          <p class="stage">{nextName}</p>
          <Due stage={next} />
        </div>
      )}
      {doing !== 'none' && (next !== null || doing === 'change') ? (
        <SayForm
          line={line}
          stages={stages}
          preset={doing}
          thanked={doing === 'change' ? thanked : null}
          initial={doing === 'change' && thanked !== null ? thanked.body.stage : (next?.stage ?? '')}
          onSay={(body) => {
            close()
            void state.say(line, body)
          }}
          onCancel={close}
        />
      ) : (
        <div class="act">
          {next !== null && (
            <>
              <button
                type="button"
                class="primary tap"
                aria-label={t('doneOf', { stage: nextName })}
                onClick={() =>
                  void state.say(line, { stage: next.stage, classifier: 'actual', at: new Date().toISOString() })
                }
              >
                <span aria-hidden="true">✓</span> {t('done')}
              </button>
              <button type="button" onClick={() => setDoing('will-be')}>
                {t('willBe')}
              </button>
              <button type="button" onClick={() => setDoing('more')}>
                {t('more')}
              </button>
            </>
          )}
          {thanked === null && line.last !== null && next === null && (
            <button type="button" class="plain" onClick={() => void state.undo(line, { plannedAt: null })}>
              {t('undo')}
            </button>
          )}
        </div>
      )}
    </li>
  )
}
