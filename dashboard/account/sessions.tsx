import { useSignal } from '@preact/signals'
import type { SessionEntry } from '../../server/model/account.ts'
import { Confirm } from '../manage/confirm.tsx'
import type { List } from '../manage/list.ts'
import { Row, Rows } from '../manage/page.tsx'
import type { Requests } from '../manage/requests.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/manage.ts'
import { ago, dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { agentName } from './agent.ts'

/** Where the account is signed in; each can be ended, or all together. */
export const Sessions = ({ list, requests }: { list: List<SessionEntry>; requests: Requests }) => {
  const zaitu = useZaitu()
  const busy = useSignal(false)
  const end = async (id: string): Promise<void> => {
    busy.value = true
    const answer = await requests.endSession(id)
    busy.value = false
    if (!answer.ok) zaitu.toasts.say(answer.message)
    await list.reload()
  }
  return (
    <section class="stack" aria-labelledby="sessions-title">
      <h2 id="sessions-title">{t('account.sessions')}</h2>
      <Rows
        list={list}
        label={t('account.sessions')}
        none={t('account.noSessions')}
        row={(session) => (
          <Row
            key={session.id}
            id={session.id}
            title={agentName(session.agent) ?? t('account.unknownAgent')}
            facts={[
              session.from,
              t('account.signedInAt', { time: dayTime(session.createdAt) }),
              session.current ? null : t('account.lastSeen', { ago: ago(session.lastSeenAt, now.value) }),
            ]
              .filter((part) => part !== null)
              .join(' · ')}
            state={
              session.current ? (
                <span class="tag">{t('account.thisOne')}</span>
              ) : (
                <button type="button" disabled={busy} onClick={() => void end(session.id)}>
                  {t('account.end')}
                  <span class="hidden">
                    {' '}
                    {agentName(session.agent) ?? t('account.unknownAgent')} {session.from}
                  </span>
                </button>
              )
            }
          />
        )}
      />
      <div>
        <Confirm
          label={t('account.signOutEverywhere')}
          sure={t('account.everywhereSure')}
          busy={busy.value}
          onConfirm={() => void zaitu.signOut({ everywhere: true })}
        />
      </div>
    </section>
  )
}
