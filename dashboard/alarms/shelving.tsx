import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Alarm } from '../../server/model/alarm.ts'
import { isShelved } from '../live/alarm-book.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'

/** Hours to choose from; the server knows how long each priority may be shelved. */
const HOURS = [0.5, 1, 4, 8, 24, 72] as const
const MOST = { critical: 4, high: 24, medium: 72, low: 72 } as const

/** Out of sight for a while and back again; and letting go of one that is held. */
export const Shelving = ({ alarm }: { alarm: Alarm }) => {
  const { api, world, toasts } = useZaitu()
  const dialog = useRef<HTMLDialogElement>(null)
  const hours = useSignal(1)
  const reason = useSignal('')
  const busy = useSignal(false)

  const run = async (asked: ReturnType<typeof api.reset>): Promise<boolean> => {
    busy.value = true
    const answer = await asked
    busy.value = false
    if (answer.ok) world.takeAlarm(answer.value)
    else toasts.say(answer.message)
    return answer.ok
  }
  const shelve = async (event: Event): Promise<void> => {
    event.preventDefault()
    const until = new Date(Date.now() + hours.value * 3_600_000).toISOString()
    if (await run(api.shelve(alarm.id, until, reason.value.trim()))) dialog.current?.close()
  }

  if (alarm.state === 'cleared') return null
  if (isShelved(alarm))
    return (
      <button type="button" disabled={busy} onClick={() => void run(api.unshelve(alarm.id))}>
        {t('alarm.unshelve')}
      </button>
    )
  return (
    <>
      {alarm.state === 'latched-acknowledged' && (
        <button type="button" disabled={busy} onClick={() => void run(api.reset(alarm.id))}>
          {t('alarm.reset')}
        </button>
      )}
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {t('alarm.shelve')}
      </button>
      <dialog ref={dialog} class="shelve" aria-label={t('alarm.shelveTitle')}>
        <form onSubmit={shelve}>
          <h2>{t('alarm.shelveTitle')}</h2>
          <p class="muted">{t('alarm.shelveWhat')}</p>
          <div class="segments">
            {HOURS.filter((choice) => choice <= MOST[alarm.priority]).map((choice) => (
              <button
                key={choice}
                type="button"
                aria-pressed={hours.value === choice}
                onClick={() => {
                  hours.value = choice
                }}
              >
                {choice < 1 ? t('alarm.minutes', { n: choice * 60 }) : t('alarm.hours', { n: choice })}
              </button>
            ))}
          </div>
          <label>
            {t('alarm.shelveReason')}
            <input
              required
              maxLength={4000}
              value={reason}
              onInput={(event) => {
                reason.value = event.currentTarget.value
              }}
            />
          </label>
          <div class="do">
            <button type="submit" class="primary" disabled={busy}>
              {t('alarm.shelve')}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              {t('alarm.cancel')}
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}
