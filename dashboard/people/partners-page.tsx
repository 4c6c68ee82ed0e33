import { useSignal } from '@preact/signals'
import type { Organisation } from '../../server/model/account.ts'
import { useList } from '../manage/list.ts'
import { Head, type PageProps, Row, Rows } from '../manage/page.tsx'
import { t } from '../text/manage.ts'
import { AddForm } from './add-form.tsx'
import { InvitationList } from './invitation-list.tsx'
import { InviteForm } from './invite-form.tsx'
import { type Handed, LinkPanel } from './link-panel.tsx'
import { SupplierLinkForm } from './supplier-link-form.tsx'
import { SupplierLinkList } from './supplier-link-list.tsx'

type Doing =
  | { what: 'add' }
  | { what: 'invite'; organisation: Organisation }
  | { what: 'link'; supplier: Organisation }
  | { what: 'hand'; made: Handed }
  | null

/** One's own organisation and those it works with; a buyer adds suppliers and carriers and lets their first person in. */
export const PartnersPage = ({ user, requests }: PageProps) => {
  const organisations = useList(requests.organisations)
  const invitations = useList(requests.invitations)
  const links = useList(requests.supplierLinks)
  const doing = useSignal<Doing>(null)
  const stop = (): void => {
    doing.value = null
  }
  const adds = user.organisation.kind === 'buyer' || user.organisation.kind === 'operator'
  const now = doing.value
  return (
    <>
      <Head title={t('manage.partners')} lead={adds ? t('partners.lead') : t('partners.leadLook')}>
        {adds && now?.what !== 'add' && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              doing.value = { what: 'add' }
            }}
          >
            {t('partners.add')}
          </button>
        )}
      </Head>
      {now?.what === 'add' && (
        <AddForm
          requests={requests}
          operator={user.organisation.kind === 'operator'}
          onAdded={() => {
            stop()
            void organisations.reload()
          }}
          onCancel={stop}
        />
      )}
      {now?.what === 'invite' && (
        <InviteForm
          key={now.organisation.id}
          requests={requests}
          organisation={now.organisation}
          onMade={(made) => {
            doing.value = { what: 'hand', made }
            void invitations.reload()
          }}
          onCancel={stop}
        />
      )}
      {now?.what === 'link' && (
        <SupplierLinkForm
          key={now.supplier.id}
          requests={requests}
          supplier={now.supplier}
          onMade={(made) => {
            doing.value = { what: 'hand', made }
            void links.reload()
          }}
          onCancel={stop}
        />
      )}
      {now?.what === 'hand' && <LinkPanel made={now.made} onClose={stop} />}
      <Rows
        list={organisations}
        label={t('manage.partners')}
        none={t('partners.none')}
        row={(organisation) => (
          <Row
            key={organisation.id}
            id={organisation.id}
            title={
              <>
                {organisation.name} {organisation.self && <span class="muted">{t('partners.self')}</span>}
              </>
            }
            facts={organisation.hasPeople ? t('partners.hasPeople') : t('partners.nobody')}
            state={
              <>
                <span class="tag">{t(`kind.${organisation.kind}`)}</span>
                {user.organisation.kind === 'buyer' && organisation.kind === 'supplier' && (
                  <button
                    type="button"
                    onClick={() => {
                      doing.value = { what: 'link', supplier: organisation }
                    }}
                  >
                    {t('supplierLink.make')}
                    <span class="hidden"> {organisation.name}</span>
                  </button>
                )}
                {adds && !organisation.self && !organisation.hasPeople && (
                  <button
                    type="button"
                    onClick={() => {
                      doing.value = { what: 'invite', organisation }
                    }}
                  >
                    {t('partners.invite')}
                    <span class="hidden"> {organisation.name}</span>
                  </button>
                )}
              </>
            }
          />
        )}
      />
      <SupplierLinkList list={links} requests={requests} />
      <InvitationList list={invitations} requests={requests} />
    </>
  )
}
