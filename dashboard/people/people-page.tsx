import { useSignal } from '@preact/signals'
import { useList } from '../manage/list.ts'
import { Head, type PageProps, Rows } from '../manage/page.tsx'
import { setParams } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { InvitationList } from './invitation-list.tsx'
import { InviteForm } from './invite-form.tsx'
import { type Handed, LinkPanel } from './link-panel.tsx'
import { PersonRow } from './person-row.tsx'

/** The people of the organisation, and who is invited. */
export const PeoplePage = ({ user, requests }: PageProps) => {
  const people = useList(requests.people)
  const invitations = useList(requests.invitations)
  const inviting = useSignal(false)
  const made = useSignal<Handed | null>(null)
  const hand = (link: Handed): void => {
    inviting.value = false
    made.value = link
    setParams({ open: null })
    void invitations.reload()
  }
  return (
    <>
      <Head title={t('manage.people')} lead={t('people.lead', { organisation: user.organisation.name })}>
        {!inviting.value && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              inviting.value = true
              made.value = null
            }}
          >
            {t('people.invite')}
          </button>
        )}
      </Head>
      {made.value !== null && (
        <LinkPanel
          made={made.value}
          onClose={() => {
            made.value = null
          }}
        />
      )}
      {inviting.value && (
        <InviteForm
          requests={requests}
          onMade={hand}
          onCancel={() => {
            inviting.value = false
          }}
        />
      )}
      <Rows
        list={people}
        label={t('manage.people')}
        none={t('people.none')}
        row={(person) => (
          <PersonRow
            key={person.id}
            person={person}
            self={person.id === user.id}
            requests={requests}
            onChanged={() => void people.reload()}
            onLink={hand}
          />
        )}
      />
      <InvitationList list={invitations} requests={requests} />
    </>
  )
}
