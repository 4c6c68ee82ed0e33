import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { expect } from 'vitest'

/** A device whose every byte the test decides. */
export const createRawDevice = async (port: number) => {
  const socket: Socket = connect(port, '127.0.0.1')
  const packets: Packet[] = []
  const answers = parser({ protocolVersion: 4 })
  answers.on('packet', (packet) => packets.push(packet))
  socket.on('data', (chunk) => answers.parse(chunk))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')

  const send = (...some: Packet[]) => socket.write(Buffer.concat(some.map((packet) => generate(packet))))
  const of = (cmd: Packet['cmd']) => packets.filter((packet) => packet.cmd === cmd)
  return {
    socket,
    closed,
    packets,
    send,
    write: (bytes: Uint8Array) => socket.write(bytes),
    acknowledged: () => of('puback').map(({ messageId }) => messageId),
    of,
    connect: async (id: string, options: Partial<IConnectPacket> = {}) => {
      send(connectPacket(id, options))
      await expect.poll(() => of('connack').length, { timeout: 5_000 }).toBe(1)
    },
  }
}
export type RawDevice = Awaited<ReturnType<typeof createRawDevice>>

export const connectPacket = (id: string, options: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: id,
  username: id,
  password: Buffer.from(`secret-${id}`),
  clean: true,
  keepalive: 60,
  ...options,
})

export const publishPacket = (
  id: string,
  messageId: number,
  {
    qos = 1,
    dup = false,
    payload = `${messageId}`,
  }: { qos?: 0 | 1 | 2; dup?: boolean; payload?: string | Buffer } = {},
): Packet => ({
  cmd: 'publish',
  topic: `zaitu/v1/devices/${id}/telemetry`,
  payload,
  qos,
  dup,
  retain: false,
  ...(qos === 0 ? {} : { messageId }),
})
