import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type OwnStages, stageName } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { knownStages } from './known-stages.ts'
import { dateField, momentOf, moved, type StageDraft, stageIdOf } from './stage-draft.ts'

const OWN = ':own'

type Props = {
  drafts: readonly StageDraft[]
  names: OwnStages
  /** of a line, which has days */
  dated?: boolean
  /** Names a stage of one's own; what went wrong, or null. */
  onName(stage: string, name: string): Promise<string | null>
  onChange(drafts: StageDraft[]): void
}

/** The stages of a plan one below the other: moved by buttons or keys, weighed, added and removed. */
export const StageEditor = ({ drafts, names, dated = false, onName, onChange }: Props) => {
  const list = useRef<HTMLOListElement>(null)
  const focus = useRef<{ stage: string; on: string } | null>(null)
  const told = useSignal('')
  const choice = useSignal('')
  const ownName = useSignal('')
  const problem = useSignal<string | null>(null)
  // what is moved in the page loses the focus
  useLayoutEffect(() => {
    const { stage, on } = focus.current ?? {}
    focus.current = null
    if (stage === undefined) return
    const row = list.current?.querySelector(`[data-stage="${stage}"]`)
    const wanted = row?.querySelector(`[data-on="${on}"]:not(:disabled)`) ?? row?.querySelector('button:not(:disabled)')
    if (wanted instanceof HTMLElement) wanted.focus()
  })
  const move = (index: number, by: number, on: string): void => {
    const stage = drafts[index]?.stage
    const to = index + by
    if (stage === undefined || to < 0 || to >= drafts.length) return
    focus.current = { stage, on }
    told.value = t('editor.moved', { stage: stageName(stage, names), at: to + 1, of: drafts.length })
    onChange(moved(drafts, index, by))
  }
  const set = (index: number, part: Partial<StageDraft>): void =>
    onChange(drafts.map((draft, at) => (at === index ? { ...draft, ...part } : draft)))
  const remove = (index: number): void => {
    const [gone, next] = [drafts[index], drafts[index + 1] ?? drafts[index - 1]]
    if (gone === undefined) return
    if (next !== undefined) focus.current = { stage: next.stage, on: 'remove' }
    told.value = t('editor.removed', { stage: stageName(gone.stage, names) })
    onChange(drafts.filter((_, at) => at !== index))
  }
  const add = (stage: string): void => {
    choice.value = ''
    onChange([...drafts, { stage, weight: '1', usualDays: '', plannedAt: null }])
  }
  const addOwn = async (): Promise<void> => {
    const name = ownName.value.trim()
    if (name === '') return
    const stage = stageIdOf(name)
    problem.value = drafts.some((draft) => draft.stage === stage) ? null : await onName(stage, name)
    if (problem.value !== null || drafts.some((draft) => draft.stage === stage)) return
    ownName.value = ''
    add(stage)
  }
  const left = [...new Set<string>([...knownStages, ...names.keys()])].filter(
    (stage) => !drafts.some((draft) => draft.stage === stage),
  )
  return (
    <fieldset class="stage-editor">
      <legend>{t('editor.stages')}</legend>
      <p class="hint">{t('editor.keys')}</p>
      <ol ref={list} class={dated ? 'dated' : ''}>
        {drafts.map((draft, index) => {
          const stage = stageName(draft.stage, names)
          const field = (what: 'weight' | 'usualDays') => (
            <label>
              <span>{t(`editor.${what}`)}</span>
              <input
                type="number"
                inputMode="decimal"
                step="any"
                min={what === 'weight' ? '0.001' : '0'}
                max={what === 'weight' ? '1000' : '3650'}
                data-on={what}
                aria-label={t('editor.of', { stage, what: t(`editor.${what}`) })}
                value={draft[what]}
                onInput={(event) => set(index, { [what]: event.currentTarget.value })}
              />
            </label>
          )
          return (
            <li
              key={draft.stage}
              data-stage={draft.stage}
              onKeyDown={(event) => {
                if (!event.altKey || !/^Arrow(Up|Down)$/.test(event.key)) return
                event.preventDefault()
                event.stopPropagation()
                const on = event.target instanceof HTMLElement ? (event.target.dataset.on ?? 'up') : 'up'
                move(index, event.key === 'ArrowUp' ? -1 : 1, on)
              }}
            >
              <span class="stage-name">
                <span class="stage-no">{index + 1}</span> {stage}
              </span>
              {dated && (
                <label>
                  <span>{t('editor.plannedAt')}</span>
                  <input
                    type="date"
                    data-on="plannedAt"
                    aria-label={t('editor.of', { stage, what: t('editor.plannedAt') })}
                    value={dateField(draft.plannedAt)}
                    onChange={(event) =>
                      set(index, { plannedAt: momentOf(event.currentTarget.value, draft.plannedAt) })
                    }
                  />
                </label>
              )}
              {field('usualDays')}
              {field('weight')}
              <span class="stage-moves">
                <button
                  type="button"
                  data-on="up"
                  disabled={index === 0}
                  aria-label={t('editor.up', { stage })}
                  onClick={() => move(index, -1, 'up')}
                >
                  ↑
                </button>
                <button
                  type="button"
                  data-on="down"
                  disabled={index === drafts.length - 1}
                  aria-label={t('editor.down', { stage })}
                  onClick={() => move(index, 1, 'down')}
                >
                  ↓
                </button>
                <button
                  type="button"
                  data-on="remove"
                  disabled={drafts.length === 1}
                  aria-label={t('editor.remove', { stage })}
                  onClick={() => remove(index)}
                >
                  ×
                </button>
              </span>
            </li>
          )
        })}
      </ol>
      <p class="hidden" aria-live="polite">
        {told}
      </p>
      <div class="stage-add">
        <label>
          <span>{t('editor.add')}</span>
          <select
            name="add-stage"
            value={choice.value}
            onChange={(event) => {
              choice.value = event.currentTarget.value
              if (choice.value !== '' && choice.value !== OWN) add(choice.value)
            }}
          >
            <option value="">{t('editor.choose')}</option>
            {left.map((stage) => (
              <option key={stage} value={stage}>
                {stageName(stage, names)}
              </option>
            ))}
            <option value={OWN}>{t('editor.own')}</option>
          </select>
        </label>
        {choice.value === OWN && (
          <>
            <label>
              <span>{t('editor.ownName')}</span>
              <input
                name="own-stage"
                maxLength={100}
                value={ownName}
                onInput={(event) => (ownName.value = event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter') return
                  event.preventDefault()
                  void addOwn()
                }}
              />
            </label>
            <button type="button" onClick={() => void addOwn()}>
              {t('editor.ownAdd')}
            </button>
          </>
        )}
      </div>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
    </fieldset>
  )
}
