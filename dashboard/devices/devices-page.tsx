import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useList } from '../manage/list.ts'
import { Head, type PageProps, Rows } from '../manage/page.tsx'
import type { Connection, NewSecret } from '../manage/requests.ts'
import { setParams } from '../state/address.ts'
import { mayChange } from '../state/may.ts'
import { t } from '../text/manage.ts'
import { DeviceRow } from './device-row.tsx'
import { PairingPanel } from './pairing-panel.tsx'
import { RegisterForm } from './register-form.tsx'

/** The devices of the organisation: list, register, give a new secret, revoke. */
export const DevicesPage = ({ user, requests }: PageProps) => {
  const devices = useList(requests.devices)
  const connection = useSignal<Connection | null>(null)
  const registering = useSignal(false)
  const made = useSignal<NewSecret | null>(null)
  const changes = mayChange(user)
  // once: the address that devices are told; without it the secret still stands there
  useEffect(() => {
    if (!changes) return
    void requests.connection().then((answer) => {
      if (answer.ok) connection.value = answer.value
    })
  }, [])
  const hand = (secret: NewSecret): void => {
    registering.value = false
    made.value = secret
    setParams({ open: null })
    void devices.reload()
  }
  return (
    <>
      <Head title={t('manage.devices')} lead={changes ? t('devices.lead') : t('devices.leadLook')}>
        {changes && !registering.value && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              registering.value = true
            }}
          >
            {t('devices.register')}
          </button>
        )}
      </Head>
      {made.value !== null && (
        <PairingPanel
          key={made.value.secret}
          made={made.value}
          connection={connection.value}
          onClose={() => {
            made.value = null
          }}
        />
      )}
      {registering.value && (
        <RegisterForm
          requests={requests}
          onRegistered={hand}
          onCancel={() => {
            registering.value = false
          }}
        />
      )}
      <Rows
        list={devices}
        label={t('manage.devices')}
        none={t('devices.none')}
        row={(device) => (
          <DeviceRow
            key={device.id}
            device={device}
            mayChange={changes}
            requests={requests}
            onSecret={hand}
            onRevoked={() => {
              setParams({ open: null })
              void devices.reload()
            }}
          />
        )}
      />
    </>
  )
}
