import { expect, it } from 'vitest'
import { addMessage, emptyBatch } from '../../../server/ingest/batch.ts'
import { trace } from '../../../server/ingest/trace.ts'

it('says of each device which of its readings went in which batch, and what became a letter', () => {
  const said: Record<string, unknown>[] = []
  const say = (facts: Record<string, unknown>) => void said.push(facts)
  const batch = emptyBatch()
  const T0 = Date.parse('2026-05-01T08:00:00Z')
  const send = (id: number, readings: unknown[]) =>
    addMessage(
      batch,
      {
        topic: `zaitu/v1/devices/tank-${id}/telemetry`,
        payload: Buffer.from(JSON.stringify({ readings })),
        receivedAt: T0,
        acknowledge: () => undefined,
      },
      { id, orgId: 'o', gauge: false },
    )
  send(1, [
    { time: T0 + 1000, seq: 8, boot: 2, temperature: 1 },
    { time: T0, seq: 7, boot: 2, temperature: 1 },
  ])
  send(2, [{ time: T0, temperature: 1 }, { time: 'x' }])
  trace({ debug: say, info: say, warn: say, error: say }, { number: 41, batch }, (id) => `tank-${id}`, 3.4)
  expect(said).toEqual([
    {
      ...{ batch: 41, device: 'tank-1', boot: 2, readings: 2, seq: [7, 8] },
      ...{ first: '2026-05-01T08:00:00.000Z', last: '2026-05-01T08:00:01.000Z' },
    },
    {
      ...{ batch: 41, device: 'tank-2', boot: null, readings: 1, seq: [0, 0] },
      ...{ first: '2026-05-01T08:00:00.000Z', last: '2026-05-01T08:00:00.000Z' },
    },
    { batch: 41, topic: 'zaitu/v1/devices/tank-2/telemetry', reason: expect.stringContaining('time "x"') },
    { batch: 41, messages: 2, readings: 3, ms: 3 },
  ])
})
