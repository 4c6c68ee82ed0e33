import type { Message, Outcome } from '../broker/source.ts'
import { parseTopic } from '../broker/topic.ts'
import type { Reading } from '../model/reading.ts'
import { decode } from './decode.ts'

/** What decoding has to know of a device. */
export type Speaker = { id: number; orgId: string; gauge: boolean }

/** A part of a message that waits for a person. */
export type Letter = { speaker: Speaker | null; topic: string; payload: Buffer; reason: string; receivedAt: number }
export type Status = { speaker: Speaker; online: boolean; at: number }
/** A number that is dealt with although its reading is not stored: it counts towards `committed`. */
export type Numbered = { deviceId: number; boot: number; seq: number }

/** What is committed in one transaction; every message in it is acknowledged after the commit. */
export type Batch = {
  readings: Reading[]
  /** whose they are and where they came in, by `devices.id` */
  senders: Map<number, { orgId: string; topic: string }>
  letters: Letter[]
  statuses: Status[]
  numbered: Numbered[]
  accepted: Accepted[]
}

/** What is left of a message once it is sorted; its payload need not be kept for it. */
export type Accepted = Outcome & Pick<Message, 'receivedAt' | 'acknowledge'>

export const emptyBatch = (): Batch => ({
  readings: [],
  senders: new Map(),
  letters: [],
  statuses: [],
  numbered: [],
  accepted: [],
})

/** The device that a message is from, by its topic; null when the topic is none of a device's own. */
export const speakerOf = (message: Message): string | null => {
  const topic = parseTopic(message.topic)
  return topic?.kind === 'device' && (topic.channel === 'telemetry' || topic.channel === 'status')
    ? topic.deviceId
    : null
}

/** A message from nobody who may speak is kept whole, for a person to look at. */
export const addUnknown = (batch: Batch, message: Message, revoked = false): void => {
  const code = speakerOf(message)
  const reason =
    code === null
      ? `nothing is taken in on the topic ${message.topic}`
      : `device ${code} ${revoked ? 'has been revoked' : 'is not registered'}`
  addLetter(batch, message, null, reason)
  accept(batch, message, 0, 1)
}

const addLetter = (
  batch: Batch,
  { topic, payload, receivedAt }: Message,
  speaker: Speaker | null,
  reason: string,
  part = payload,
): void => {
  batch.letters.push({ speaker, topic, payload: part, reason, receivedAt })
}

const accept = (batch: Batch, { receivedAt, acknowledge }: Message, stored: number, deadLetters: number): void => {
  batch.accepted.push({ receivedAt, acknowledge, stored, deadLetters })
}

/** Sorts one message of a known device into readings, letters and statuses; refuses what is too much. */
export const addMessage = (batch: Batch, message: Message, device: Speaker): void => {
  const { topic, payload, receivedAt } = message
  if (topic.endsWith('/status')) {
    const word = payload.toString('utf8')
    if (word === 'online' || word === 'offline')
      batch.statuses.push({ speaker: device, online: word === 'online', at: receivedAt })
    else if (payload.length > 0) addLetter(batch, message, device, 'status must be online or offline')
    accept(batch, message, 0, 0)
    return
  }
  const decoded = decode(payload, device, receivedAt)
  if (!decoded.ok) {
    if (message.refuse !== undefined) {
      message.refuse(decoded.refuse)
      return
    }
    addLetter(batch, message, device, decoded.refuse)
    accept(batch, message, 0, 1)
    return
  }
  if (decoded.readings.length > 0) batch.senders.set(device.id, { orgId: device.orgId, topic })
  for (const reading of decoded.readings) batch.readings.push(reading)
  for (const { reason, payload: part } of decoded.rejected) addLetter(batch, message, device, reason, part)
  for (const { boot, seq } of decoded.numbered) batch.numbered.push({ deviceId: device.id, boot, seq })
  accept(batch, message, decoded.readings.length, decoded.rejected.length)
}
