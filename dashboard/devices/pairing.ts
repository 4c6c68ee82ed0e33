import { deviceTopic } from '../../server/broker/topic.ts'
import type { Connection } from '../manage/requests.ts'

/** The address a device is told: TLS where there is one. Null where no broker can be reached. */
export const brokerAddress = (connection: Connection | null): string | null =>
  connection?.mqtts ?? connection?.mqtt ?? null

/** What the QR code holds: all that an installer's app puts into a device. */
export const pairingText = (connection: Connection | null, id: string, secret: string): string => {
  const url = brokerAddress(connection) ?? connection?.http ?? null
  return JSON.stringify(url === null ? { id, secret } : { id, secret, url })
}

const READING = `{\\"time\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\",\\"temperature\\":21.4,\\"pressure\\":1.32}`

/** A command that sends one reading as this device, for any shell; null where no broker can be reached. */
export const exampleCommand = (connection: Connection | null, id: string, secret: string): string | null => {
  const address = brokerAddress(connection)
  if (address === null) return null
  const { protocol, hostname, port } = new URL(address)
  const tls = protocol === 'mqtts:'
  return (
    `mosquitto_pub -h ${hostname} -p ${port === '' ? (tls ? 8883 : 1883) : port}${tls ? ' --tls-use-os-certs' : ''} -q 1 ` +
    `-i ${id} -u ${id} -P '${secret}' -t ${deviceTopic(id, 'telemetry')} -m "${READING}"`
  )
}
