import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import type { DeadLetter } from '../../server/model/dead-letter.ts'
import type { Answer } from '../api/client.ts'
import { useOpened } from '../manage/opened.ts'
import { Row } from '../manage/page.tsx'
import { t } from '../text/manage.ts'
import { dayTimeSeconds } from '../text/times.ts'

/** Who spoke, as its topic says: `zaitu/v1/devices/tank-1/telemetry`. */
const speakerOf = (topic: string): string => topic.split('/')[3] ?? topic

type Props = {
  letter: DeadLetter
  whole(): Promise<Answer<DeadLetter>>
  /** `payload`: undefined sends it as it came */
  onReplay(payload: string | undefined): Promise<void>
}

const Replayed = ({ letter: { replay, payload } }: Pick<Props, 'letter'>) =>
  replay !== null && (
    <>
      <h3>{t('letters.look')}</h3>
      <pre class="letter">{payload}</pre>
    </>
  )

const Correct = ({ letter, whole, onReplay }: Props) => {
  const id = useId()
  const original = useSignal(letter.payload)
  const text = useSignal(letter.payload)
  const busy = useSignal(letter.payload.length < letter.payloadBytes)
  // a list holds the beginnings only
  useEffect(() => {
    if (!busy.peek()) return
    void whole().then((answer) => {
      if (answer.ok) original.value = text.value = answer.value.payload
      busy.value = false
    })
  }, [])
  const isChanged = text.value !== original.value
  const replay = (): void => {
    busy.value = true
    void onReplay(isChanged ? text.value : undefined).finally(() => {
      busy.value = false
    })
  }
  return (
    <>
      <div class="field">
        <label for={id}>{t('letters.correct')}</label>
        <textarea
          id={id}
          class="letter"
          spellcheck={false}
          rows={Math.min(16, Math.max(3, text.value.split('\n').length + 1))}
          value={text.value}
          aria-describedby={`${id}-more`}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value
          }}
        />
        <div id={`${id}-more`}>
          <p class="hint">{t(original.value.includes('\ufffd') ? 'letters.notText' : 'letters.hint')}</p>
        </div>
      </div>
      <div class="actions">
        <button type="button" class="primary" disabled={busy.value || text.value === ''} onClick={replay}>
          {t(isChanged ? 'letters.replayCorrected' : 'letters.replay')}
        </button>
        {isChanged && (
          <button
            type="button"
            onClick={() => {
              text.value = original.value
            }}
          >
            {t('letters.asItCame')}
          </button>
        )}
      </div>
    </>
  )
}

/** One of them: why it was not taken, from whom and when it came; opened, what it was, to be corrected. */
export const LetterRow = (props: Props) => {
  const { letter } = props
  const { replay } = letter
  const opened = useOpened(letter.id)
  const speaker = speakerOf(letter.topic)
  return (
    <Row
      id={letter.id}
      title={letter.reason}
      facts={[
        speaker,
        dayTimeSeconds(letter.receivedAt),
        t('letters.bytes', { n: letter.payloadBytes }),
        replay === null
          ? null
          : replay.by === null
            ? t('letters.at', { time: dayTimeSeconds(replay.at) })
            : t('letters.by', { name: replay.by, time: dayTimeSeconds(replay.at) }),
      ]
        .filter((part) => part !== null)
        .join(' · ')}
      {...(replay !== null && {
        state: (
          <>
            {replay.stored > 0 && <span class="tag">{t('letters.taken', { n: replay.stored })}</span>}
            {replay.deadLetters > 0 && (
              <span class="tag strong">{t('letters.stillWrong', { n: replay.deadLetters })}</span>
            )}
          </>
        ),
      })}
      change={{ ...opened, name: `${speaker}, ${dayTimeSeconds(letter.receivedAt)}` }}
      faded={replay !== null}
    >
      <p class="item-facts">
        <code>{letter.topic}</code>
      </p>
      {replay === null ? <Correct key={letter.id} {...props} /> : <Replayed letter={letter} />}
    </Row>
  )
}
