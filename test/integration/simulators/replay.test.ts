import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRows } from '../../../simulators/recording.ts'
import { replay, spanOf } from '../../../simulators/replay.ts'
import { startBroker } from './broker.ts'

let broker: Awaited<ReturnType<typeof startBroker>>
let folder = ''
beforeEach(async () => {
  broker = await startBroker()
  folder = await mkdtemp(join(tmpdir(), 'replay-'))
})
afterEach(async () => {
  await broker.close()
  await rm(folder, { recursive: true })
})

const send = async (changes: { capacity?: number; patienceMs?: number } = {}) => {
  const file = join(folder, 'recording.csv')
  const rows = Array.from({ length: 100 }, (_, i) => `${1_583_748_873 + i},${20 + i / 10}`)
  await writeFile(file, ['time,temperature', ...rows].join('\n'))
  const columns = new Map([['temperature', 'temperature'] as const])
  const recording = { file, delimiter: ',', time: 'time', columns, extra: [], zone: 'Z' }
  const span = await spanOf(readRows(recording))
  if (!span) throw new Error('no rows')
  const said: string[] = []
  const result = await replay({
    recording,
    span,
    mqtt: broker.url,
    deviceId: 'rec-1',
    secret: 'secret',
    speedUp: 1000,
    batch: 7,
    shiftMs: 0,
    boot: 4,
    patienceMs: 10_000,
    signal: new AbortController().signal,
    say: (sentence) => said.push(sentence),
    ...changes,
  })
  return { result, said }
}

describe('a replay', { timeout: 30_000 }, () => {
  it('goes on through a memory much smaller than the recording, because commits make room', async () => {
    const { result, said } = await send({ capacity: 10 })
    expect(said).toEqual([])
    expect(result.counts).toMatchObject({ sent: 100, acknowledged: 100, committed: 100, kept: 0 })
    expect(broker.readings.map(({ seq, time }) => [seq, time])).toEqual(
      Array.from({ length: 100 }, (_, i) => [i, 1_583_748_873_000 + 1000 * i]),
    )
    expect(Math.max(...broker.messages)).toBeLessThanOrEqual(7)
  })

  it('gives up where nobody commits and the memory is full, and counts what it did not reach', async () => {
    broker.setCommitting(false)
    const { result, said } = await send({ capacity: 10, patienceMs: 300 })
    expect(said).toEqual(['The memory of rec-1 is full, and nothing has been committed for a while: giving up.'])
    expect(result).toMatchObject({ rows: 11, readings: 10, problems: [] })
    expect(result.counts).toMatchObject({ acknowledged: 10, committed: 0, kept: 10 })
  })
})
