import { createDynamicSecurity, type DynamicSecurity } from './broker/dynamic-security.ts'
import { createEmbeddedBroker } from './broker/embedded.ts'
import { createExternalBroker } from './broker/external.ts'
import type { Source } from './broker/source.ts'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'
import { mqttAccess, mqttClients } from './mqtt-clients.ts'
import type { Addresses, MqttAccess } from './routes/dependencies.ts'
import { expectedAccounts, noteAccounts } from './store/broker-accounts.ts'
import type { DeviceSignIn } from './store/device-sign-in.ts'
import type { Pool } from './store/pool.ts'

export type Brokers = {
  source: Source
  /** whoever signed in with what has changed is sent away; with an external broker its accounts see to that */
  recheck(deviceIds: readonly string[]): Promise<void>
  /** where the settings ask for it */
  accounts: DynamicSecurity | null
  access: MqttAccess | null
  addresses(): Addresses
}

type Parts = { config: Config; devices: DeviceSignIn; owner: Pool; ingest: Pool; log: Logger }

const tlsOf = ({ MQTTS_PORT, TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE }: Config) =>
  MQTTS_PORT === undefined || TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined
    ? null
    : { port: MQTTS_PORT, certFile: TLS_CERT_FILE, keyFile: TLS_KEY_FILE, clientCaFile: TLS_CLIENT_CA_FILE }

/** The broker that the settings name, embedded or external, with what keeps strangers out of it. Nothing is open yet. */
export const createBrokers = ({ config, devices, owner, ingest, log }: Parts): Brokers => {
  const authenticate = mqttClients(devices, ingest)
  const own = { username: config.MQTT_USERNAME, password: config.MQTT_PASSWORD }
  const secret = config.MQTT_ACCESS_SECRET
  const access = secret === undefined ? null : mqttAccess(secret, authenticate, own)
  const said = { publicMqttUrl: config.PUBLIC_MQTT_URL }

  if (config.MQTT_URL === undefined) {
    const tls = tlsOf(config)
    const broker = createEmbeddedBroker({
      host: config.HOST,
      port: config.MQTT_PORT,
      authenticate,
      rate: {
        messagesPerSecond: config.DEVICE_MESSAGES_PER_SECOND,
        bytesPerSecond: config.DEVICE_BYTES_PER_SECOND,
      },
      log,
      ...(tls !== null && { tls }),
      ...(tls?.clientCaFile !== undefined && { byCertificate: devices.byCertificate }),
    })
    return {
      source: broker,
      recheck: broker.recheck,
      accounts: null,
      access,
      addresses: () => ({ ...said, mqttPort: broker.port(), mqttsPort: broker.tlsPort() ?? undefined }),
    }
  }

  const account = {
    url: config.MQTT_URL,
    ...(own.username !== undefined && { username: own.username }),
    ...(own.password !== undefined && { password: own.password }),
  }
  return {
    source: createExternalBroker({
      ...account,
      clientId: config.MQTT_CLIENT_ID,
      // a member that is gone keeps its share: only where there are several servers (mosquitto 2662)
      shared: config.REDIS_URL !== undefined,
      log,
    }),
    recheck: async () => undefined,
    accounts: config.MQTT_DYNAMIC_SECURITY
      ? createDynamicSecurity({
          ...account,
          username: own.username ?? '',
          clientId: `${config.MQTT_CLIENT_ID}-accounts`,
          log,
          expected: () => expectedAccounts(owner),
          found: (answer) => noteAccounts(ingest, answer),
        })
      : null,
    access,
    addresses: () => ({ ...said, brokerUrl: config.MQTT_URL }),
  }
}
