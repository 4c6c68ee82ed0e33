import { randomUUID } from 'node:crypto'
import type { Message, Outcome } from '../broker/source.ts'
import { parseTopic } from '../broker/topic.ts'
import { MAX_PACKET_BYTES, type Reading } from '../model/reading.ts'
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
  /** names it in the database, so that a letter of it is written once however often it is tried */
  id: string
  /** in the order of `accepted`, each message's readings together */
  readings: Reading[]
  /** whose they are and where they came in, by `devices.id` */
  senders: Map<number, { orgId: string; topic: string; gauge: boolean }>
  letters: Letter[]
  statuses: Status[]
  numbered: Numbered[]
  accepted: Accepted[]
}

/** What is left of a message once it is sorted; its payload need not be kept for it. */
export type Accepted = Outcome & Pick<Message, 'receivedAt' | 'acknowledge'>

export const emptyBatch = (): Batch => ({
  id: randomUUID(),
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
  addLetter(
    batch,
    message,
    null,
    message.wholeBytes === undefined ? reason : `${reason}; ${tooLarge(message.wholeBytes)}`,
  )
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
  const { topic, payload, receivedAt, wholeBytes } = message
  if (wholeBytes !== undefined) {
    addLetter(batch, message, device, tooLarge(wholeBytes))
    accept(batch, message, 0, 1)
    return
  }
  if (topic.endsWith('/status')) {
    const word = payload.toString('utf8')
    const understood = word === 'online' || word === 'offline'
    if (understood) batch.statuses.push({ speaker: device, online: word === 'online', at: receivedAt })
    // an empty one takes the retained status back
    const odd = !understood && payload.length > 0
    if (odd) addLetter(batch, message, device, 'status must be online or offline')
    accept(batch, message, 0, odd ? 1 : 0)
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
  if (decoded.readings.length > 0) batch.senders.set(device.id, { orgId: device.orgId, topic, gauge: device.gauge })
  for (const reading of decoded.readings) batch.readings.push(reading)
  for (const { reason, payload: part } of decoded.rejected) addLetter(batch, message, device, reason, part)
  for (const { boot, seq } of decoded.numbered) batch.numbered.push({ deviceId: device.id, boot, seq })
  accept(batch, message, decoded.readings.length, decoded.rejected.length)
}

/** Why the beginning of a message is all that is left of it. */
export const tooLarge = (bytes: number): string =>
  `${bytes} bytes in one message: at most ${MAX_PACKET_BYTES} are taken, and only its beginning is kept`

/** A reading of a batch that the database did not take as it came. */
export type TurnedAway = {
  /** among `batch.readings` */
  index: number
  reason: string
  /** nothing of it is stored */
  wholly: boolean
  /** how many letters came of it */
  letters: number
}

/**
 * What became of each message whose readings are not all on disk: outcomes by their place among `accepted`. Decoding
 * counts what it rejects itself, and takes the rest as stored.
 */
export const correctOutcomes = (
  { accepted }: Pick<Batch, 'accepted'>,
  turnedAway: readonly TurnedAway[],
): Map<number, Outcome> => {
  const corrected = new Map<number, Outcome>()
  let message = 0
  let before = 0
  for (const { index, wholly, letters } of turnedAway.toSorted((a, b) => a.index - b.index)) {
    while (message < accepted.length && index >= before + (accepted[message]?.stored ?? 0))
      before += accepted[message++]?.stored ?? 0
    const { stored, deadLetters } = corrected.get(message) ?? accepted[message] ?? { stored: 0, deadLetters: 0 }
    corrected.set(message, { stored: stored - (wholly ? 1 : 0), deadLetters: deadLetters + letters })
  }
  return corrected
}
