import { useSignal } from '@preact/signals'
import type { ShareLink, ShareUse } from '../../server/model/share-link.ts'
import { agentName } from '../account/agent.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { ago, dayTime, dayTimeSeconds } from '../text/times.ts'
import type { shareRequests } from './requests.ts'

const stateText = (link: ShareLink, nowMs: number): string => {
  if (link.withdrawnAt !== null) return t('share.state.withdrawn', { time: dayTime(link.withdrawnAt) })
  const time = dayTime(link.expiresAt)
  return Date.parse(link.expiresAt) <= nowMs ? t('share.state.ended', { time }) : t('share.state.active', { time })
}

const Uses = ({ link, uses }: { link: ShareLink; uses: ReturnType<typeof shareRequests>['uses'] }) => {
  const found = useSignal<readonly ShareUse[]>([])
  if (link.uses === 0 || link.lastUsedAt === null) return <p class="muted">{t('share.unused')}</p>
  const load = async (event: Event): Promise<void> => {
    if (!(event.currentTarget instanceof HTMLDetailsElement) || !event.currentTarget.open) return
    const answer = await uses(link.id)
    if (answer.ok) found.value = answer.value.items
  }
  return (
    <details onToggle={(event) => void load(event)}>
      <summary>{t('share.uses', { n: link.uses, ago: ago(link.lastUsedAt, now.value) })}</summary>
      <ul class="share-uses">
        {found.value.map((use) => (
          <li key={use.at}>
            {dayTimeSeconds(use.at)} <span class="muted">{use.from}</span>{' '}
            {agentName(use.agent) ?? t('share.unknownAgent')}
          </li>
        ))}
      </ul>
    </details>
  )
}

type LinkItemProps = {
  link: ShareLink
  requests: ReturnType<typeof shareRequests>
  onWithdrawn(problem: string | null): void
}

/** One link: for whom, by whom, until when, how it was used; a button that ends it. */
export const LinkItem = ({ link, requests, onWithdrawn }: LinkItemProps) => {
  const busy = useSignal(false)
  const sure = useSignal(false)
  const over = link.withdrawnAt !== null || Date.parse(link.expiresAt) <= now.value
  const name = link.note ?? t('share.noNote')
  // asked twice: somebody may be relying on the link right now
  const withdraw = async (): Promise<void> => {
    if (!sure.value) {
      sure.value = true
      return
    }
    busy.value = true
    const answer = await requests.withdraw(link.id)
    busy.value = false
    sure.value = false
    onWithdrawn(answer.ok ? null : answer.message)
  }
  return (
    <li class={over ? 'share-link over' : 'share-link'}>
      <div>
        <p>
          <b>{name}</b>{' '}
          {link.createdBy !== null && <span class="muted">{t('share.by', { name: link.createdBy })}</span>}
        </p>
        <p class="muted">{stateText(link, now.value)}</p>
        <Uses link={link} uses={requests.uses} />
      </div>
      {!over && (
        <div class="share-withdraw">
          {sure.value && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                sure.value = false
              }}
            >
              {t('share.keep')}
            </button>
          )}
          <button
            key="withdraw"
            type="button"
            class={sure.value ? 'primary' : ''}
            disabled={busy}
            aria-label={sure.value ? undefined : t('share.withdrawOf', { note: name })}
            onClick={() => void withdraw()}
          >
            {t(sure.value ? 'share.withdrawNow' : 'share.withdraw')}
          </button>
        </div>
      )}
    </li>
  )
}
