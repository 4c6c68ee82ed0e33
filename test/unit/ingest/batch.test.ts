import { expect, it } from 'vitest'
import type { Message } from '../../../server/broker/source.ts'
import { addMessage, addUnknown, emptyBatch } from '../../../server/ingest/batch.ts'

const DEVICE = { id: 7, orgId: 'o', gauge: false }
const message = (channel: string, text: string, more: Partial<Message> = {}): Message => ({
  topic: `zaitu/v1/devices/d/${channel}`,
  payload: Buffer.from(text),
  receivedAt: 0,
  acknowledge: () => undefined,
  ...more,
})

it('counts as a dead letter what becomes one: too large, an unknown status, a stranger', () => {
  const batch = emptyBatch()
  addMessage(batch, message('telemetry', '{"readings":[', { wholeBytes: 2_000_000 }), DEVICE)
  addMessage(batch, message('status', 'asleep'), DEVICE)
  addMessage(batch, message('status', 'online'), DEVICE)
  addMessage(batch, message('status', ''), DEVICE)
  addUnknown(batch, message('telemetry', '{"readings":[', { wholeBytes: 2_000_000 }))
  expect(batch.accepted.map(({ stored, deadLetters }) => [stored, deadLetters])).toEqual([
    [0, 1],
    [0, 1],
    [0, 0],
    [0, 0],
    [0, 1],
  ])
  const large = '2000000 bytes in one message: at most 1048576 are taken, and only its beginning is kept'
  expect(batch.letters.map(({ reason }) => reason)).toEqual([
    large,
    'status must be online or offline',
    `device d is not registered; ${large}`,
  ])
})
