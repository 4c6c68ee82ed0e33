import { useSignal } from '@preact/signals'
import type { Refused } from '../api/client.ts'
import { Choice, Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { NewDevice, NewSecret, Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'

type RegisterFormProps = { requests: Requests; onRegistered(made: NewSecret): void; onCancel(): void }

/** Registers a device; the secret that comes back is handed on and shown once. */
export const RegisterForm = ({ requests, onRegistered, onCancel }: RegisterFormProps) => {
  const device = useSignal({ id: '', interval: '60', report: '' })
  const reference = useSignal<NewDevice['pressureReference']>('absolute')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const type = (name: keyof typeof device.value) => (event: Event) => {
    if (event.currentTarget instanceof HTMLInputElement)
      device.value = { ...device.value, [name]: event.currentTarget.value }
  }
  const submit = async (): Promise<void> => {
    const { id, interval, report } = device.value
    busy.value = true
    const answer = await requests.registerDevice({
      id: id.trim(),
      intervalSeconds: Number(interval),
      ...(report === '' ? {} : { reportSeconds: Number(report) }),
      pressureReference: reference.value,
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onRegistered(answer.value)
  }
  return (
    <FormPanel title={t('devices.register')} onSubmit={submit}>
      <div class="fields">
        <Field
          label={t('devices.id')}
          name="id"
          hint={t('devices.idHint')}
          required
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9._:\-]*"
          autocomplete="off"
          spellcheck={false}
          refused={refused.value}
          value={device.value.id}
          onInput={type('id')}
        />
        <Field
          label={t('devices.interval')}
          name="intervalSeconds"
          type="number"
          min="0.001"
          max="86400"
          step="any"
          required
          refused={refused.value}
          value={device.value.interval}
          onInput={type('interval')}
        />
        <Field
          label={t('devices.report')}
          name="reportSeconds"
          type="number"
          min="0.001"
          max="604800"
          step="any"
          hint={t('devices.reportHint')}
          refused={refused.value}
          value={device.value.report}
          onInput={type('report')}
        />
      </div>
      <Choice
        label={t('devices.reference')}
        name="pressureReference"
        options={[
          { value: 'absolute', label: t('settings.absolute'), detail: t('devices.absoluteMeans') },
          { value: 'gauge', label: t('settings.gauge'), detail: t('devices.gaugeMeans') },
        ]}
        chosen={reference.value}
        onChoose={(value) => {
          reference.value = value
        }}
      />
      <FormProblem refused={refused.value} fields={['id', 'intervalSeconds', 'reportSeconds']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('devices.register')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
