import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAckLine } from '../../../server/broker/ack-line.ts'

const createWire = () => {
  const writes: Buffer[] = []
  const line = createAckLine(
    (bytes) => writes.push(bytes),
    () => 1_000,
  )
  const ids = () => {
    const bytes = Buffer.concat(writes)
    return Array.from({ length: bytes.length / 4 }, (_, n) => {
      expect([...bytes.subarray(n * 4, n * 4 + 2)]).toEqual([0x40, 2])
      return bytes.readUInt16BE(n * 4 + 2)
    })
  }
  return { line, writes, ids }
}

describe('the line of acknowledgements', () => {
  it('writes each once, in the order in which the publishes came, for every order of settling', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([1, 2, 300, 4, 65_535, 6, 7, 8]), fc.nat(8), async (order, pause) => {
        const { line, ids } = createWire()
        const came = [1, 2, 300, 4, 65_535, 6, 7, 8]
        const settle = new Map(came.map((id) => [id, line.take(id)]))
        for (const [n, id] of order.entries()) {
          settle.get(id)?.()
          if (n === pause) await setImmediate()
        }
        await setImmediate()
        const missing = came.findIndex((id) => !order.includes(id))
        expect(ids()).toEqual(missing < 0 ? came : came.slice(0, missing))
        expect(line.waiting()).toBe(came.length - ids().length)
      }),
    )
  })

  it('writes once for all of one turn', async () => {
    const { line, writes, ids } = createWire()
    const settle = Array.from({ length: 5_000 }, (_, n) => line.take(n + 1))
    for (const done of settle) done()
    await setImmediate()
    expect(writes.length).toBe(1)
    expect(ids().length).toBe(5_000)
    expect(line.oldest()).toBeNull()
  })

  it('knows what waits, and since when', async () => {
    const { line } = createWire()
    const settle = line.take(9)
    expect([line.has(9), line.has(8), line.oldest()]).toEqual([true, false, 1_000])
    settle()
    await setImmediate()
    expect([line.has(9), line.oldest()]).toEqual([false, null])
  })

  it('writes nothing once it is cut', async () => {
    const { line, writes } = createWire()
    const early = line.take(1)
    const late = line.take(2)
    early()
    line.cut()
    late()
    await setImmediate()
    expect(writes).toEqual([])
  })
})
