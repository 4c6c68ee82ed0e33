import { useSignal } from '@preact/signals'
import { deviceTopic } from '../../server/broker/topic.ts'
import { t } from '../text/language.ts'

const Copyable = ({ text }: { text: string }) => {
  const copied = useSignal(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      copied.value = true
    } catch {
      // no clipboard without TLS: the text stands there to be selected
      copied.value = false
    }
  }
  return (
    <div class="copyable">
      <pre>{text}</pre>
      <button type="button" onClick={() => void copy()}>
        {copied.value ? t('app.copied') : t('app.copy')}
      </button>
    </div>
  )
}

/** A command that sends one reading as this device, for any shell. */
export const exampleCommand = (host: string, id: string, secret: string): string =>
  `mosquitto_pub -h ${host} -p 1883 -q 1 -i ${id} -u ${id} -P '${secret}' -t ${deviceTopic(id, 'telemetry')} ` +
  `-m "{\\"time\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\",\\"temperature\\":21.4,\\"pressure\\":1.32}"`

/** A secret that was just made: shown this once, with a command to try it. */
export const SecretPanel = ({ device, onClose }: { device: { id: string; secret: string }; onClose(): void }) => (
  <section class="secret panel" aria-live="polite">
    <h2>{t('devices.secret', { id: device.id })}</h2>
    <p>{t('devices.secretOnce')}</p>
    <Copyable text={device.secret} />
    <h3>{t('devices.try')}</h3>
    <Copyable text={exampleCommand(location.hostname, device.id, device.secret)} />
    <div>
      <button type="button" onClick={onClose}>
        {t('app.close')}
      </button>
    </div>
  </section>
)
