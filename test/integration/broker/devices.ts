import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import type { Message } from '../../../server/broker/source.ts'
import type { Logger } from '../../../server/log.ts'

/** A log that keeps its lines, for a test to look at. */
export const createLog = () => {
  const lines: string[] = []
  const say = (facts: Record<string, unknown>, sentence: string) => {
    lines.push(`${sentence} ${JSON.stringify(facts)}`)
  }
  const log: Logger = { debug: say, info: say, warn: say, error: say }
  return { log, lines }
}

/** What a source delivered, in order; `onMessage` may deal with it at once. */
export const createInbox = () => {
  const messages: Message[] = []
  let onMessage: (message: Message) => void = () => {}
  return {
    messages,
    payloads: () => messages.map((message) => message.payload.toString()),
    deliver: (message: Message) => {
      messages.push(message)
      onMessage(message)
    },
    onMessage: (handler: (message: Message) => void) => {
      onMessage = handler
    },
    clear: () => {
      messages.length = 0
    },
  }
}

/** The next time that this happens to a client; an error on the way there is no failure. */
export const happened = (client: MqttClient, event: 'connect' | 'close') =>
  new Promise<void>((resolve) => client.once(event, () => resolve()))

export const nextMessage = (client: MqttClient) =>
  new Promise<{ payload: string; packet: IPublishPacket }>((resolve) =>
    client.once('message', (_topic, payload, packet) => resolve({ payload: payload.toString(), packet })),
  )

export const nextError = (client: MqttClient) => new Promise<Error>((resolve) => client.once('error', resolve))

/** A device as most are: MQTT 3.1.1, keeps what is unacknowledged and sends it again after a reconnect. */
export const connectDevice = async (port: number, id: string, options: IClientOptions = {}): Promise<MqttClient> => {
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    clientId: id,
    username: id,
    password: `secret-${id}`,
    clean: false,
    reconnectPeriod: 20,
    connectTimeout: 5_000,
    ...options,
  })
  client.on('error', () => {})
  if (options.reconnectPeriod !== 0) await happened(client, 'connect')
  return client
}

export const telemetry = (id: string) => `zaitu/v1/devices/${id}/telemetry`
export const status = (id: string) => `zaitu/v1/devices/${id}/status`
export const committed = (id: string) => `zaitu/v1/devices/${id}/committed`
