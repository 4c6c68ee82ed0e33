import { useSignal } from '@preact/signals'
import type { Refused } from '../api/client.ts'
import { Choice, Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { OrganisationKind, Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'

type AddFormProps = { requests: Requests; operator: boolean; onAdded(): void; onCancel(): void }

/** Adds an organisation that one works with. */
export const AddForm = ({ requests, operator, onAdded, onCancel }: AddFormProps) => {
  const name = useSignal('')
  const kind = useSignal<OrganisationKind>('supplier')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const kinds: readonly OrganisationKind[] = operator
    ? ['supplier', 'carrier', 'buyer', 'operator']
    : ['supplier', 'carrier']
  const submit = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.addOrganisation({ name: name.value.trim(), kind: kind.value })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onAdded()
  }
  return (
    <FormPanel title={t('partners.add')} onSubmit={submit}>
      <Field
        label={t('partners.name')}
        name="name"
        required
        maxLength={200}
        autocomplete="off"
        refused={refused.value}
        value={name}
        onInput={(event) => {
          name.value = event.currentTarget.value
        }}
      />
      <Choice
        label={t('partners.kind')}
        name="kind"
        options={kinds.map((value) => ({ value, label: t(`kind.${value}`), detail: t(`kind.${value}.sees`) }))}
        chosen={kind.value}
        onChoose={(value) => {
          kind.value = value
        }}
      />
      <FormProblem refused={refused.value} fields={['name', 'kind']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('partners.add')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
