import type { Invitation } from '../../server/model/account.ts'
import type { List } from '../manage/list.ts'
import { Row, Rows } from '../manage/page.tsx'
import type { Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'

/** Links that were handed out and still hold; each can be withdrawn. */
export const InvitationList = ({ list, requests }: { list: List<Invitation>; requests: Requests }) => {
  const { toasts } = useZaitu()
  const withdraw = async (invitation: Invitation): Promise<void> => {
    const answer = await requests.withdraw(invitation.id)
    toasts.say(answer.ok ? t('people.withdrawn', { name: invitation.name }) : answer.message)
    await list.reload()
  }
  if (list.items.value?.length === 0) return null
  return (
    <section class="stack" aria-labelledby="invitations-title">
      <h2 id="invitations-title">{t('people.pending')}</h2>
      <Rows
        list={list}
        label={t('people.pending')}
        none={t('people.noPending')}
        row={(invitation) => (
          <Row
            key={invitation.id}
            id={invitation.id}
            title={invitation.name}
            facts={`${invitation.email} · ${invitation.organisation.name} · ${t('people.linkUntil', { time: dayTime(invitation.expiresAt) })}`}
            state={
              <>
                <span class="tag">
                  {invitation.purpose === 'reset' ? t('people.forReset') : t(`role.${invitation.role}`)}
                </span>
                <button type="button" onClick={() => void withdraw(invitation)}>
                  {t('people.withdraw')}
                  <span class="hidden"> {invitation.name}</span>
                </button>
              </>
            }
          />
        )}
      />
    </section>
  )
}
