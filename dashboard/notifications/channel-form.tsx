import { useSignal } from '@preact/signals'
import type { Channel, ChannelKind } from '../../server/model/notification.ts'
import type { Refused } from '../api/client.ts'
import { Choice, Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { Requests } from '../manage/requests.ts'
import { language } from '../text/language.ts'
import { t } from '../text/manage.ts'
import { Pick } from './tick.tsx'

const KINDS: readonly ChannelKind[] = ['webhook', 'email', 'dingtalk', 'wecom', 'feishu']
export const LANGUAGES = [
  { value: 'en' as const, label: 'English' },
  { value: 'zh' as const, label: '中文' },
]

type Props = { requests: Requests; onMade(made: Channel & { secret: string | null }): void; onCancel(): void }

/** Adds a channel: what kind, where to, in which language. */
export const ChannelForm = ({ requests, onMade, onCancel }: Props) => {
  const kind = useSignal<ChannelKind>('webhook')
  const fields = useSignal({ name: '', url: '', to: '', secret: '' })
  const speaks = useSignal<'en' | 'zh'>(language.value)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const type = (field: keyof typeof fields.value) => (event: { currentTarget: { value: string } }) => {
    fields.value = { ...fields.value, [field]: event.currentTarget.value }
  }
  const isRobot = kind.value !== 'webhook' && kind.value !== 'email'
  const submit = async (): Promise<void> => {
    const { name, url, to, secret } = fields.value
    busy.value = true
    const answer = await requests.addChannel({
      kind: kind.value,
      name: name.trim(),
      language: speaks.value,
      ...(kind.value === 'email'
        ? {
            to: to
              .split(/[\s,;，；]+/)
              .map((one) => one.trim())
              .filter((one) => one !== ''),
          }
        : { url: url.trim() }),
      ...(isRobot && secret.trim() !== '' && { secret: secret.trim() }),
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onMade(answer.value)
  }
  return (
    <FormPanel title={t('notify.add')} onSubmit={submit}>
      <div class="channel-kinds">
        <Choice
          label={t('notify.kind')}
          name="kind"
          options={KINDS.map((value) => ({ value, label: t(`channel.${value}`), detail: t(`channel.${value}.means`) }))}
          chosen={kind.value}
          onChoose={(value) => {
            kind.value = value
          }}
        />
      </div>
      <div class="fields">
        <Field
          label={t('notify.name')}
          name="name"
          hint={t('notify.nameHint')}
          required
          maxLength={100}
          autocomplete="off"
          refused={refused.value}
          value={fields.value.name}
          onInput={type('name')}
        />
        {kind.value === 'email' ? (
          <Field
            label={t('notify.to')}
            name="to"
            hint={t('notify.toHint')}
            required
            autocomplete="off"
            refused={refused.value}
            value={fields.value.to}
            onInput={type('to')}
          />
        ) : (
          <Field
            label={t('notify.url')}
            name="url"
            type="url"
            hint={t(isRobot ? 'notify.robotUrlHint' : 'notify.urlHint')}
            required
            maxLength={2000}
            autocomplete="off"
            spellcheck={false}
            refused={refused.value}
            value={fields.value.url}
            onInput={type('url')}
          />
        )}
        {isRobot && kind.value !== 'wecom' && (
          <Field
            label={t('notify.secret')}
            name="secret"
            type="password"
            hint={t('notify.secretHint')}
            maxLength={200}
            autocomplete="off"
            refused={refused.value}
            value={fields.value.secret}
            onInput={type('secret')}
          />
        )}
        <Pick
          label={t('notify.language')}
          name="language"
          options={LANGUAGES}
          chosen={speaks.value}
          onChoose={(value) => {
            speaks.value = value
          }}
        />
      </div>
      <FormProblem refused={refused.value} fields={['name', 'url', 'to', 'secret']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('notify.add')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
