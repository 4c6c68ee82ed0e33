import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { z } from 'zod'
import { deviceTopic, parseTopic } from '../../../server/broker/topic.ts'

const SentReading = z.looseObject({ time: z.int(), seq: z.int(), boot: z.int() })
const Message = z.union([
  z.object({ readings: z.array(SentReading).min(2).max(1000) }).transform(({ readings }) => readings),
  SentReading.transform((reading) => [reading]),
])
type Sent = z.infer<typeof SentReading> & { deviceId: string }

/** A real broker on a free port, with a stand-in for the server behind it: remembers readings, and can commit them. */
export const startBroker = async () => {
  const readings: Sent[] = []
  const messages: number[] = []
  const statuses: { deviceId: string; status: string }[] = []
  const sockets = new Set<Socket>()
  let committing = true
  let acknowledging = true
  const broker = await Aedes.createBroker({
    authenticate: (client, username, password, done) =>
      done(null, username === client?.id && password?.toString() === 'secret'),
    authorizePublish: (_client, packet, done) => {
      const topic = parseTopic(packet.topic)
      if (topic?.kind !== 'device') return done(new Error('no such topic'))
      if (topic.channel === 'status') {
        statuses.push({ deviceId: topic.deviceId, status: packet.payload.toString() })
        return done(null)
      }
      if (!acknowledging) return done(new Error('the database is away'))
      const batch = Message.parse(JSON.parse(packet.payload.toString()))
      readings.push(...batch.map((reading) => ({ ...reading, deviceId: topic.deviceId })))
      messages.push(batch.length)
      done(null)
      if (committing) commit(topic.deviceId)
    },
  })
  const publish = (topic: string, payload: object, retain: boolean) =>
    broker.publish(
      { cmd: 'publish', topic, payload: JSON.stringify(payload), qos: 1, retain, dup: false },
      () => undefined,
    )
  /** Every seq from 0 up to the first that is missing. */
  const commit = (deviceId: string) => {
    const own = readings.filter((reading) => reading.deviceId === deviceId)
    const boot = own.at(-1)?.boot ?? 0
    const seen = new Set(own.filter((reading) => reading.boot === boot).map(({ seq }) => seq))
    let seq = -1
    while (seen.has(seq + 1)) seq += 1
    publish(deviceTopic(deviceId, 'committed'), { boot, seq }, true)
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    broker.handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the broker has no port')
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    readings,
    messages,
    statuses,
    commit,
    setCommitting: (on: boolean) => {
      committing = on
    },
    setAcknowledging: (on: boolean) => {
      acknowledging = on
    },
    resend: (deviceId: string, boot: number, ranges: [number, number][]) =>
      publish(deviceTopic(deviceId, 'resend'), { boot, ranges }, false),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
