import { now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { dayTimeSeconds } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { UnplugIcon } from './icons.tsx'

/** In the bar: is the page live? A filled dot, a hollow one; and the word. */
export const LiveSign = () => {
  const { state } = useZaitu().socket.connection.value
  const word = state === 'open' ? t('live.on') : state === 'connecting' ? t('live.connecting') : t('live.off')
  return (
    <span class={`live ${state}`}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <circle
          cx="5"
          cy="5"
          r="3.500"
          fill={state === 'open' ? 'currentColor' : 'none'}
          stroke="currentColor"
          stroke-width="1.500"
        />
      </svg>
      {word}
    </span>
  )
}

/** Under the bar, while the connection is lost: since when, what it means, when it is tried again. */
export const LostBanner = () => {
  const { socket } = useZaitu()
  const connection = socket.connection.value
  const lost = connection.state === 'lost'
  const seconds = lost ? Math.max(0, Math.ceil((connection.retryAt - now.value) / 1000)) : 0
  return (
    <div>
      <div role="alert">
        {lost && (
          <p class="banner">
            <UnplugIcon />
            <b>
              {connection.since === null ? t('live.never') : t('live.lost', { time: dayTimeSeconds(connection.since) })}
            </b>
            <span aria-live="off">{t('live.retry', { seconds })}</span>
            <button type="button" onClick={socket.retryNow}>
              {t('live.retryNow')}
            </button>
          </p>
        )}
      </div>
    </div>
  )
}
