import './letters.css'
import type { DeadLetter } from '../../server/model/dead-letter.ts'
import { useList } from '../manage/list.ts'
import { Head, type PageProps, Rows } from '../manage/page.tsx'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { LetterRow } from './letter-row.tsx'

/** What could not be taken in, with its reason; to be corrected and sent through again. */
export const LettersPage = ({ requests }: PageProps) => {
  const { toasts } = useZaitu()
  const replayed = param('state') === 'replayed'
  const letters = useList((cursor) => requests.deadLetters(replayed, cursor), String(replayed))
  const replay = async (letter: DeadLetter, payload: string | undefined): Promise<void> => {
    const answer = await requests.replay(letter.id, payload)
    if (!answer.ok) return toasts.say(answer.message)
    const { stored: n, deadLetters: wrong } = answer.value
    toasts.say(wrong === 0 ? t('letters.done', { n }) : t('letters.doneWrong', { n, wrong }))
    setParams({ open: null })
    await letters.reload()
  }
  return (
    <>
      <Head title={t('manage.letters')} lead={t('letters.lead')} />
      <fieldset class="filters">
        <legend class="hidden">{t('audit.filter')}</legend>
        <label>
          <span>{t('letters.show')}</span>
          <select
            name="state"
            value={replayed ? 'replayed' : 'waiting'}
            onChange={({ currentTarget }) =>
              setParams({ state: currentTarget.value === 'replayed' ? 'replayed' : null, open: null })
            }
          >
            <option value="waiting">{t('letters.waiting')}</option>
            <option value="replayed">{t('letters.replayed')}</option>
          </select>
        </label>
      </fieldset>
      <Rows
        list={letters}
        label={t('manage.letters')}
        none={t(replayed ? 'letters.noneReplayed' : 'letters.none')}
        row={(letter) => (
          <LetterRow
            key={letter.id}
            letter={letter}
            whole={() => requests.deadLetter(letter.id)}
            onReplay={(payload) => replay(letter, payload)}
          />
        )}
      />
    </>
  )
}
