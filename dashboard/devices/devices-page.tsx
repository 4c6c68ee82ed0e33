import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Device } from '../../server/model/masterdata.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { ago, duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { RegisterForm } from './register-form.tsx'
import { SecretPanel } from './secret-panel.tsx'

const DeviceRow = ({ device, onRotate }: { device: Device; onRotate(id: string): void }) => (
  <tr>
    <th scope="row">
      <b>{device.id}</b>
    </th>
    <td>
      {t(`devices.status.${device.status}`)}
      {device.statusAt !== null && <span class="muted"> {ago(device.statusAt, now.value)}</span>}
    </td>
    <td>
      {duration(device.intervalSeconds)} / {duration(device.reportSeconds)}
    </td>
    <td>{t(`settings.${device.pressureReference}`)}</td>
    <td class="end">
      <button type="button" onClick={() => onRotate(device.id)}>
        {t('devices.rotate')}
      </button>
    </td>
  </tr>
)

/** The devices of the organisation: list, register, give a new secret. */
export const DevicesPage = () => {
  const { api, toasts } = useZaitu()
  const devices = useSignal<Device[] | null>(null)
  const next = useSignal<string | null>(null)
  const secret = useSignal<{ id: string; secret: string } | null>(null)

  const load = async (cursor: string | null): Promise<void> => {
    const answer = await api.devices(cursor)
    if (!answer.ok) {
      toasts.say(answer.message)
      return
    }
    devices.value = cursor === null ? answer.value.items : [...(devices.value ?? []), ...answer.value.items]
    next.value = answer.value.next
  }
  // once
  useEffect(() => void load(null), [])
  useEffect(() => {
    document.title = `${t('devices.title')} · Zaitu`
  })

  const rotate = async (id: string): Promise<void> => {
    if (!confirm(t('devices.rotateSure', { id }))) return
    const answer = await api.rotateSecret(id)
    if (answer.ok) secret.value = answer.value
    else toasts.say(answer.message)
  }
  return (
    <div class="page">
      <div class="page-head">
        <h1>{t('devices.title')}</h1>
      </div>
      {secret.value !== null && (
        <SecretPanel
          device={secret.value}
          onClose={() => {
            secret.value = null
          }}
        />
      )}
      <RegisterForm
        onRegistered={(made) => {
          secret.value = made
          void load(null)
        }}
      />
      <div class="panel scroll-x">
        {devices.value?.length === 0 ? (
          <p class="empty">{t('devices.none')}</p>
        ) : (
          <table class="list-table" aria-label={t('devices.title')}>
            <thead>
              <tr>
                <th scope="col">{t('devices.id')}</th>
                <th scope="col">{t('devices.column.status')}</th>
                <th scope="col">{t('devices.column.every')}</th>
                <th scope="col">{t('devices.column.reference')}</th>
                <th scope="col">
                  <span class="hidden">{t('devices.rotate')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {devices.value?.map((device) => (
                <DeviceRow key={device.id} device={device} onRotate={(id) => void rotate(id)} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {next.value !== null && (
        <p class="empty">
          <button type="button" onClick={() => void load(next.value)}>
            {t('alarms.more')}
          </button>
        </p>
      )}
    </div>
  )
}
