import { useState } from 'preact/hooks'
import type { StageState } from '../../server/model/order.ts'
import type { SupplierLine } from '../../server/model/supplier-link.ts'
import { stageName, t } from './language.ts'
import type { Thanked } from './page-state.ts'
import { smaller } from './photo.ts'
import { dayField, momentOf, type Queued } from './standing.ts'

const DAY_MS = 86_400_000
const AHEAD = [
  ['tomorrow', 1],
  ['in3', 3],
  ['in7', 7],
  ['in14', 14],
] as const

type SayFormProps = {
  line: SupplierLine
  stages: readonly StageState[]
  preset: 'more' | 'will-be' | 'change'
  /** what is corrected */
  thanked: Thanked | null
  initial: string
  onSay(body: Omit<Queued['body'], 'key'>): void
  onCancel(): void
}

const classifierOf = (preset: SayFormProps['preset'], thanked: Thanked | null): 'actual' | 'estimated' => {
  if (preset === 'change') return thanked?.body.classifier === 'actual' ? 'actual' : 'estimated'
  return preset === 'more' ? 'actual' : 'estimated'
}

/** More than a tap: another date, another stage, a photo, a note. */
export const SayForm = ({ line, stages, preset, thanked, initial, onSay, onCancel }: SayFormProps) => {
  const classifier = classifierOf(preset, thanked)
  const today = dayField(Date.now())
  const start = thanked === null ? Date.now() + (classifier === 'actual' ? 0 : DAY_MS) : Date.parse(thanked.body.at)
  const [stage, setStage] = useState(initial)
  const [day, setDay] = useState(dayField(start))
  const [note, setNote] = useState(thanked?.body.note ?? '')
  const [photo, setPhoto] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  const choose = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0]
    if (file === undefined) return
    const made = await smaller(file)
    setPhoto(made)
    setProblem(made === null ? t('photoBad') : null)
    input.value = ''
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    const at = new Date(momentOf(day, classifier, Date.now())).toISOString()
    // where it has not been sent yet, our id of it is not known: its key is
    const id = thanked?.sent === true && line.last?.key === thanked.body.key ? line.last.id : null
    onSay({
      stage,
      classifier,
      at,
      ...(note.trim() !== '' && { note: note.trim() }),
      ...(photo !== null && { photo }),
      ...(thanked !== null && (id === null ? { correctsKey: thanked.body.key } : { corrects: id })),
    })
  }
  return (
    <form class="say" onSubmit={submit}>
      {preset === 'more' && (
        <label>
          <span>{t('stageField')}</span>
          <select name="stage" value={stage} onChange={(event) => setStage(event.currentTarget.value)}>
            {stages.map((one) => (
              <option key={one.stage} value={one.stage}>
                {stageName(one.stage, line.stageNames)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span>{classifier === 'actual' ? t('doneOn') : t('willBeOn')}</span>
        <input
          type="date"
          name="day"
          required
          value={day}
          {...(classifier === 'actual' ? { max: today } : { min: today })}
          onInput={(event) => setDay(event.currentTarget.value)}
        />
      </label>
      {classifier === 'estimated' && (
        <div class="chips">
          {AHEAD.map(([key, days]) => {
            const chosen = dayField(Date.now() + days * DAY_MS)
            return (
              <button key={key} type="button" aria-pressed={day === chosen} onClick={() => setDay(chosen)}>
                {t(key)}
              </button>
            )
          })}
        </div>
      )}
      <label>
        <span>{t('note')}</span>
        <textarea name="note" rows={2} maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      {classifier === 'actual' && photo === null && (
        <label class="photo button">
          <input type="file" name="photo" accept="image/*" onChange={(event) => void choose(event.currentTarget)} />
          {t('photo')}
        </label>
      )}
      {photo !== null && (
        <p class="chosen">
          <img src={photo} alt={t('photoKept')} />
          <button type="button" onClick={() => setPhoto(null)}>
            {t('photoRemove')}
          </button>
        </p>
      )}
      <div role="alert">{problem !== null && <p class="bad">{problem}</p>}</div>
      <div class="two">
        <button type="button" onClick={onCancel}>
          {t('cancel')}
        </button>
        <button type="submit" class="primary">
          {classifier === 'actual' ? <span aria-hidden="true">✓</span> : null} {t('send')}
        </button>
      </div>
    </form>
  )
} // biome-ignore format: a form
