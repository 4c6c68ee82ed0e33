import { useSignal } from '@preact/signals'
import type { Channel, NotificationRule } from '../../server/model/notification.ts'
import { Confirm } from '../manage/confirm.tsx'
import { useOpened } from '../manage/opened.ts'
import { Row } from '../manage/page.tsx'
import type { Requests } from '../manage/requests.ts'
import { setParams } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { RuleForm } from './rule-form.tsx'
import { prioritiesText, ruleText } from './words.ts'

type Props = {
  requests: Requests
  channels: readonly Channel[]
  rules: readonly NotificationRule[]
  onChanged(): Promise<void>
}

const RuleRow = ({ rule, requests, channels, onChanged }: Omit<Props, 'rules'> & { rule: NotificationRule }) => {
  const { toasts } = useZaitu()
  const opened = useOpened(rule.id)
  const busy = useSignal(false)
  const channel = channels.find(({ id }) => id === rule.channelId)?.name ?? ''
  const title = `${prioritiesText(rule.priorities)} → ${channel}`
  const remove = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.removeRule(rule.id)
    busy.value = false
    if (answer.ok) setParams({ open: null })
    else toasts.say(answer.message)
    await onChanged()
  }
  return (
    <Row
      id={rule.id}
      title={title}
      facts={ruleText(rule).join(' · ')}
      faded={!rule.enabled}
      change={{ ...opened, name: title }}
    >
      <RuleForm
        requests={requests}
        channels={channels}
        rule={rule}
        onSaved={() => {
          setParams({ open: null })
          void onChanged()
        }}
        onCancel={opened.toggle}
      />
      <div class="grave-part">
        <Confirm
          label={t('notify.removeRule')}
          sure={t('notify.removeRuleSure', { name: channel })}
          busy={busy.value}
          onConfirm={() => void remove()}
        />
      </div>
    </Row>
  )
}

/** The rules that lead what happens to channels. */
export const RulesPart = ({ requests, channels, rules, onChanged }: Props) => {
  const adding = useSignal(false)
  return (
    <section aria-labelledby="rules" class="part">
      <header class="manage-head">
        <h2 id="rules">{t('notify.rules')}</h2>
        {!adding.value && channels.length > 0 && (
          <button
            type="button"
            onClick={() => {
              adding.value = true
            }}
          >
            {t('notify.addRule')}
          </button>
        )}
      </header>
      {adding.value && (
        <RuleForm
          requests={requests}
          channels={channels}
          rule={null}
          onSaved={() => {
            adding.value = false
            void onChanged()
          }}
          onCancel={() => {
            adding.value = false
          }}
        />
      )}
      {rules.length === 0 ? (
        <p class="panel empty">{t('notify.noRules')}</p>
      ) : (
        <ul class="panel rows" aria-label={t('notify.rules')}>
          {rules.map((rule) => (
            <RuleRow key={rule.id} rule={rule} requests={requests} channels={channels} onChanged={onChanged} />
          ))}
        </ul>
      )}
    </section>
  )
}
