import { Copyable } from '../manage/copyable.tsx'
import { Once } from '../manage/once.tsx'
import { Qr } from '../manage/qr.tsx'
import type { Connection, NewSecret } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { dayTime } from '../text/times.ts'
import { brokerAddress, exampleCommand, pairingText } from './pairing.ts'

type PairingPanelProps = { made: NewSecret; connection: Connection | null; onClose(): void }

/** A secret that was just made: shown this once, to scan or to copy, with a command to try it. */
export const PairingPanel = ({ made, connection, onClose }: PairingPanelProps) => {
  const { id, secret, oldValidUntil } = made
  const command = exampleCommand(connection, id, secret)
  const address = brokerAddress(connection)
  return (
    <Once
      title={t('devices.secret', { id })}
      why={t('devices.secretOnce')}
      done={t('devices.stored')}
      onClose={onClose}
    >
      {oldValidUntil !== undefined && (
        <p class="note-quiet">
          {oldValidUntil === null ? t('devices.oldOver') : t('devices.oldUntil', { time: dayTime(oldValidUntil) })}
        </p>
      )}
      {made.note !== undefined && <p class="note-quiet">{made.note}</p>}
      <div class="with-qr">
        <div class="stack">
          <Copyable label={t('devices.theSecret')} text={secret} />
          {address !== null && <Copyable label={t('devices.address')} text={address} />}
          <p class="hint">{t('devices.signsIn', { id })}</p>
        </div>
        <figure>
          <Qr text={pairingText(connection, id, secret)} label={t('devices.qr', { id })} />
          <figcaption class="hint">{t('devices.qrHolds')}</figcaption>
        </figure>
      </div>
      {command !== null && <Copyable label={t('devices.try')} text={command} />}
    </Once>
  )
}
