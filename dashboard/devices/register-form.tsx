import { useSignal } from '@preact/signals'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'

/** Registers a device; the secret that comes back is handed on and shown once. */
export const RegisterForm = ({ onRegistered }: { onRegistered(made: { id: string; secret: string }): void }) => {
  const { api } = useZaitu()
  const problem = useSignal<string | null>(null)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement)) return
    const fields = new FormData(form)
    const report = String(fields.get('report') ?? '')
    const answer = await api.registerDevice({
      id: String(fields.get('id') ?? '').trim(),
      intervalSeconds: Number(fields.get('interval')),
      ...(report === '' ? {} : { reportSeconds: Number(report) }),
      pressureReference: fields.get('reference') === 'gauge' ? 'gauge' : 'absolute',
    })
    problem.value = answer.ok ? null : answer.message
    if (!answer.ok) return
    form.reset()
    onRegistered(answer.value)
  }
  return (
    <form class="form-grid panel" onSubmit={submit}>
      <h2>{t('devices.register')}</h2>
      <label>
        <span>{t('devices.id')}</span>
        <input
          name="id"
          required
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9._:\-]*"
          title={t('devices.idHint')}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        <span>{t('devices.interval')}</span>
        <input name="interval" type="number" min="0.001" max="86400" step="any" required value="60" />
      </label>
      <label>
        <span>{t('devices.report')}</span>
        <input name="report" type="number" min="0.001" max="604800" step="any" placeholder={t('devices.reportHint')} />
      </label>
      <label>
        <span>{t('devices.reference')}</span>
        <select name="reference">
          <option value="absolute">{t('settings.absolute')}</option>
          <option value="gauge">{t('settings.gauge')}</option>
        </select>
      </label>
      <button type="submit" class="primary">
        {t('devices.register')}
      </button>
      <div role="alert" class="wide">
        {problem.value !== null && <p class="note-bad">{problem}</p>}
      </div>
    </form>
  )
}
