import { dayTime, stageName, t } from './language.ts'
import type { PageState, State } from './page-state.ts'

/** What waits, what was sent, what was refused; and how old the page is where there is no network. */
export const Sync = ({ now, state }: { now: State; state: PageState }) => {
  const waiting = now.queue.filter(({ problem }) => problem === null).length
  const refused = now.queue.filter(({ problem }) => problem !== null)
  return (
    <>
      <p class={`sync${waiting > 0 ? ' waiting' : ''}${now.reached ? '' : ' away'}`} role="status">
        <span class="sign" aria-hidden="true">
          {waiting > 0 ? '↑' : now.reached ? '✓' : '○'}
        </span>
        <span>
          {!now.reached && (
            <>
              <b>{t('offline')}</b> <span class="muted">{t('asOf', { time: dayTime(now.heardAt) })}</span>{' '}
            </>
          )}
          {waiting > 0 ? t('waits', { n: waiting }) : now.reached ? t('allSent') : ''}
        </span>
        {waiting > 0 && (
          <button type="button" onClick={() => void state.send()}>
            {t('sendNow')}
          </button>
        )}
      </p>
      {refused.map((one) => (
        <div class="refused" role="alert" key={one.key}>
          <p>
            <b>{t('refused')}</b> · {stageName(one.body.stage, {})} · {dayTime(one.saidAt)}
          </p>
          <p>{one.problem}</p>
          <button type="button" onClick={() => void state.dismiss(one.key)}>
            {t('dismiss')}
          </button>
        </div>
      ))}
    </>
  )
}
