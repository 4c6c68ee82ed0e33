import { useSignal } from '@preact/signals'
import type { Channel, ChannelTested } from '../../server/model/notification.ts'
import { Confirm } from '../manage/confirm.tsx'
import { useOpened } from '../manage/opened.ts'
import { Row } from '../manage/page.tsx'
import type { Requests } from '../manage/requests.ts'
import { CheckIcon } from '../shell/icons.tsx'
import { setParams } from '../state/address.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/manage.ts'
import { ago, dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { word } from './words.ts'

const Problem = ({ problem, detail }: { problem: string; detail: string | null }) => (
  <>
    <p class="note-bad">{word('problem', problem)}</p>
    {detail !== null && detail !== '' && <p class="hint">{t('notify.said', { detail })}</p>}
  </>
)

const State = ({ channel }: { channel: Channel }) => {
  const { enabled, failingSince, testedAt, testProblem, lastSentAt } = channel
  if (!enabled) return <span class="tag">{t('notify.off')}</span>
  if (failingSince !== null) return <span class="tag bad">{t('notify.failing', { time: dayTime(failingSince) })}</span>
  if (testProblem !== null) return <span class="tag bad">{t('notify.testFailed')}</span>
  if (testedAt === null && lastSentAt === null) return <span class="tag">{t('notify.notTested')}</span>
  return (
    <span class="tag">
      <CheckIcon /> {t('notify.works')}
    </span>
  )
}

type Props = {
  channel: Channel
  /** a rule or a step leads here */
  led: boolean
  requests: Requests
  onChanged(): Promise<void>
  /** a new secret, to be shown once */
  onSecret(channel: Channel, secret: string): void
}

/** One channel: whether it works, a test with its result in words, and what can be done with it. */
export const ChannelRow = ({ channel, led, requests, onChanged, onSecret }: Props) => {
  const { toasts } = useZaitu()
  const { id, name, kind, address, enabled } = channel
  const opened = useOpened(id)
  const busy = useSignal(false)
  const tested = useSignal<ChannelTested | null>(null)
  const work = async (task: () => Promise<{ ok: true } | { ok: false; message: string }>): Promise<void> => {
    busy.value = true
    const answer = await task()
    busy.value = false
    if (!answer.ok) toasts.say(answer.message)
    await onChanged()
  }
  const test = () =>
    work(async () => {
      tested.value = null
      const answer = await requests.testChannel(id)
      tested.value = answer.ok ? answer.value : null
      return answer
    })
  const newSecret = () =>
    work(async () => {
      const answer = await requests.rotateChannel(id)
      if (answer.ok) onSecret(channel, answer.value.secret)
      return answer
    })
  const remove = () =>
    work(async () => {
      const answer = await requests.removeChannel(id)
      if (answer.ok) setParams({ open: null })
      return answer
    })
  const shown =
    tested.value ??
    (channel.testProblem === null ? null : { ok: false, problem: channel.testProblem, detail: channel.testDetail })
  return (
    <Row
      id={id}
      title={name}
      facts={[
        t(`channel.${kind}`),
        address,
        channel.language === 'zh' ? '中文' : 'English',
        channel.lastSentAt === null
          ? t('notify.neverSent')
          : t('notify.lastSent', { ago: ago(channel.lastSentAt, now.value) }),
        ...(led ? [] : [t('notify.noRuleHere')]),
      ].join(' · ')}
      faded={!enabled}
      state={<State channel={channel} />}
      change={{ ...opened, name }}
    >
      <div class="actions">
        <button type="button" class="primary" disabled={busy.value} onClick={() => void test()}>
          {t(busy.value ? 'notify.testing' : 'notify.test')}
        </button>
        <button
          type="button"
          disabled={busy.value}
          onClick={() => void work(() => requests.changeChannel(id, { enabled: !enabled }))}
        >
          {t(enabled ? 'notify.turnOff' : 'notify.turnOn')}
        </button>
        {kind === 'webhook' && (
          <button
            type="button"
            disabled={busy.value}
            title={t('notify.newSecretMeans')}
            onClick={() => void newSecret()}
          >
            {t('notify.newSecret')}
          </button>
        )}
      </div>
      <div role="status" class="stack">
        {shown?.ok === true && (
          <p class="note-quiet">
            <CheckIcon /> {t('notify.testOk')}
          </p>
        )}
        {shown?.ok === false && <Problem problem={shown.problem ?? 'broken'} detail={shown.detail} />}
        {shown === null && channel.lastProblem !== null && (
          <Problem problem={channel.lastProblem} detail={channel.lastDetail} />
        )}
      </div>
      <div class="grave-part">
        <Confirm
          label={t('notify.remove')}
          sure={t('notify.removeSure', { name })}
          busy={busy.value}
          onConfirm={() => void remove()}
        />
      </div>
    </Row>
  )
}
