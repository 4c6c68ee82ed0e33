import { useSignal } from '@preact/signals'
import type { Refused } from '../api/client.ts'
import { Confirm } from '../manage/confirm.tsx'
import { Choice, FormProblem } from '../manage/form.tsx'
import { useOpened } from '../manage/opened.ts'
import { Row } from '../manage/page.tsx'
import type { DeviceItem, NewSecret, Requests } from '../manage/requests.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/manage.ts'
import { ago, dayTime, duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { secretState } from './secret-state.ts'

type DeviceRowProps = {
  device: DeviceItem
  mayChange: boolean
  requests: Requests
  onSecret(made: NewSecret): void
  onRevoked(): void
}

/** Hours for which the old secret still works beside the new one. */
const OVERLAPS = ['0', '24', '168'] as const

const Change = ({ device, requests, onSecret, onRevoked }: DeviceRowProps) => {
  const { toasts } = useZaitu()
  const overlap = useSignal<(typeof OVERLAPS)[number]>('24')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const rotate = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.rotateSecret(device.id, Number(overlap.value))
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onSecret(answer.value)
  }
  const revoke = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.revokeDevice(device.id)
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    toasts.say(t('devices.revokedNow', { id: device.id }))
    onRevoked()
  }
  return (
    <div class="stack">
      <FormProblem refused={refused.value} />
      <Choice
        label={t('devices.rotate')}
        name={`overlap-${device.id}`}
        options={OVERLAPS.map((value) => ({
          value,
          label: t(`devices.overlap.${value}`),
          detail: t(`devices.overlap.${value}.means`),
        }))}
        chosen={overlap.value}
        onChoose={(value) => {
          overlap.value = value
        }}
      />
      <div class="actions">
        <button type="button" class="primary" disabled={busy} onClick={() => void rotate()}>
          {t('devices.makeSecret')}
        </button>
      </div>
      <div class="grave-part">
        <Confirm
          label={t('devices.revoke')}
          sure={t('devices.revokeSure', { id: device.id })}
          type={device.id}
          busy={busy.value}
          onConfirm={() => void revoke()}
        />
      </div>
    </div>
  )
}

/** One device: does it speak, how does its secret stand; opened, a new secret or the end of it. */
export const DeviceRow = (props: DeviceRowProps) => {
  const { device, mayChange } = props
  const opened = useOpened(device.id)
  const secret = secretState(device, now.value)
  const every =
    device.reportSeconds === device.intervalSeconds
      ? t('devices.everySame', { interval: duration(device.intervalSeconds) })
      : t('devices.every', { interval: duration(device.intervalSeconds), report: duration(device.reportSeconds) })
  return (
    <Row
      id={device.id}
      title={device.id}
      facts={`${every} · ${t(`devices.pressure.${device.pressureReference}`)}`}
      faded={secret === 'revoked'}
      state={
        <>
          {secret === 'revoked' && (
            <span class="tag strong">{t('devices.revokedAt', { time: dayTime(device.revokedAt ?? 0) })}</span>
          )}
          {secret !== 'revoked' && device.brokerAccount === 'missing' && (
            <span class="tag strong">{t('devices.accountMissing')}</span>
          )}
          {secret === 'two' && (
            <span class="tag">{t('devices.twoSecrets', { time: dayTime(device.oldSecretValidUntil ?? 0) })}</span>
          )}
          {secret !== 'revoked' && (
            <span class={`speaks ${device.status}`}>
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <circle cx="5" cy="5" r="3.500" />
              </svg>
              {t(`devices.status.${device.status}`)}
              {device.statusAt !== null && <span class="muted"> {ago(device.statusAt, now.value)}</span>}
            </span>
          )}
        </>
      }
      change={mayChange && secret !== 'revoked' ? { ...opened, name: device.id } : undefined}
    >
      <Change {...props} />
    </Row>
  )
}
