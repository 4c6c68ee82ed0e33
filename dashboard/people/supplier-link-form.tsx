import { useSignal } from '@preact/signals'
import type { Refused } from '../api/client.ts'
import { Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import type { Handed } from './link-panel.tsx'

const DAYS = [30, 90, 180] as const
const DAY_MS = 86_400_000
/** So that the longest is not too long by the time that it arrives. */
const SLACK_MS = 60_000

type SupplierLinkFormProps = {
  requests: Requests
  supplier: { id: string; name: string }
  onMade(made: Handed): void
  onCancel(): void
}

/** Makes a link by which a supplier without an account says how far its lines are. */
export const SupplierLinkForm = ({ requests, supplier, onMade, onCancel }: SupplierLinkFormProps) => {
  const days = useSignal<(typeof DAYS)[number]>(90)
  const email = useSignal('')
  const note = useSignal('')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const submit = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.makeSupplierLink({
      supplierId: supplier.id,
      expiresAt: new Date(Date.now() + days.value * DAY_MS - SLACK_MS).toISOString(),
      ...(email.value.trim() === '' ? {} : { email: email.value.trim() }),
      ...(note.value.trim() === '' ? {} : { note: note.value.trim() }),
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onMade({ ...answer.value, name: supplier.name, purpose: 'supplier' })
  }
  return (
    <FormPanel title={t('supplierLink.title', { name: supplier.name })} onSubmit={submit}>
      <p class="muted">{t('supplierLink.lead', { name: supplier.name })}</p>
      <fieldset class="choice">
        <legend>{t('supplierLink.ends')}</legend>
        <div class="segments">
          {DAYS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={days.value === each}
              onClick={() => {
                days.value = each
              }}
            >
              {t('supplierLink.days', { days: each })}
            </button>
          ))}
        </div>
      </fieldset>
      <div class="fields">
        <Field
          label={t('supplierLink.email')}
          name="email"
          type="email"
          maxLength={254}
          autocomplete="off"
          hint={t('supplierLink.emailHint')}
          refused={refused.value}
          value={email}
          onInput={(event) => {
            email.value = event.currentTarget.value
          }}
        />
        <Field
          label={t('supplierLink.note')}
          name="note"
          maxLength={500}
          autocomplete="off"
          refused={refused.value}
          value={note}
          onInput={(event) => {
            note.value = event.currentTarget.value
          }}
        />
      </div>
      <FormProblem refused={refused.value} fields={['email', 'note']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('people.makeLink')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
