import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Channel, EscalationStep, NotificationRule } from '../../server/model/notification.ts'
import { Copyable } from '../manage/copyable.tsx'
import { useList } from '../manage/list.ts'
import { Once } from '../manage/once.tsx'
import { Head, type PageProps, Rows } from '../manage/page.tsx'
import { setParams } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { ChannelForm } from './channel-form.tsx'
import { ChannelRow } from './channel-row.tsx'
import { whoIsTold } from './coverage.ts'
import { CoveragePanel } from './coverage-panel.tsx'
import { RulesPart } from './rules-part.tsx'
import { SentPart, shownState } from './sent-part.tsx'
import { StepsPart } from './steps-part.tsx'
import { PRIORITIES } from './words.ts'

/** Who is told of what, over which channels, and what became of it. */
export const NotificationsPage = ({ requests }: PageProps) => {
  const channels = useList(requests.channels)
  const led = useSignal<{ rules: NotificationRule[]; steps: EscalationStep[] } | null>(null)
  const adding = useSignal(false)
  const made = useSignal<{ channel: Channel; secret: string } | null>(null)
  const show = useComputed(shownState)
  const state = show.value === 'all' ? null : show.value
  const sent = useList((cursor) => requests.notifications(state, cursor), show.value)
  const reload = async (): Promise<void> => {
    const answer = await requests.notificationRules()
    if (answer.ok) led.value = answer.value
    await Promise.all([channels.reload(), sent.reload()])
  }
  // once
  useEffect(() => {
    void requests.notificationRules().then((answer) => {
      if (answer.ok) led.value = answer.value
    })
  }, [])
  const all = channels.items.value
  return (
    <>
      <Head title={t('manage.notifications')} lead={t('notify.lead')}>
        {!adding.value && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              adding.value = true
            }}
          >
            {t('notify.add')}
          </button>
        )}
      </Head>
      {made.value !== null && (
        <Once
          key={made.value.channel.id}
          title={t('notify.made', { name: made.value.channel.name })}
          why={t('notify.once')}
          done={t('notify.stored')}
          onClose={() => {
            made.value = null
          }}
        >
          <Copyable label={t('notify.theSecret')} text={made.value.secret} />
        </Once>
      )}
      {adding.value && (
        <ChannelForm
          requests={requests}
          onMade={(channel) => {
            adding.value = false
            if (channel.secret !== null) made.value = { channel, secret: channel.secret }
            setParams({ open: channel.id })
            void channels.reload()
          }}
          onCancel={() => {
            adding.value = false
          }}
        />
      )}
      {led.value !== null && all !== null && (
        <CoveragePanel told={whoIsTold(PRIORITIES, all, led.value.rules, led.value.steps)} />
      )}
      <section aria-labelledby="channels" class="part">
        <h2 id="channels">{t('notify.channels')}</h2>
        <Rows
          list={channels}
          label={t('notify.channels')}
          none={t('notify.noChannels')}
          row={(channel) => (
            <ChannelRow
              key={channel.id}
              channel={channel}
              led={
                led.value === null ||
                [...led.value.rules, ...led.value.steps].some(({ channelId }) => channelId === channel.id)
              }
              requests={requests}
              onChanged={reload}
              onSecret={(of, secret) => {
                made.value = { channel: of, secret }
              }}
            />
          )}
        />
      </section>
      {led.value !== null && all !== null && (
        <>
          <RulesPart requests={requests} channels={all} rules={led.value.rules} onChanged={reload} />
          <StepsPart requests={requests} channels={all} steps={led.value.steps} onChanged={reload} />
        </>
      )}
      <SentPart list={sent} requests={requests} />
    </>
  )
}
