import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MEASURES, type Reading } from '../../../server/model/reading.ts'
import { copySampled } from '../../../server/store/copy-out.ts'
import { inTransaction } from '../../../server/store/pool.ts'
import type { TestDatabase } from '../../setup/clones.ts'
import { naiveStore } from './oracle.ts'
import { DAY, HOUR, MINUTE, openStorage, reading, type Storage } from './rig.ts'

/** Readings on their way into the table. */
export const describeStoring = (fresh: () => Promise<TestDatabase>): void => {
  describe('stores readings', () => {
    const noon = Math.floor(Date.now() / DAY) * DAY - DAY / 2
    let storage: Storage
    let d: number
    beforeEach(async () => {
      storage = await openStorage(fresh)
      d = await storage.device()
    })
    afterEach(() => storage.close())

    it('with every measure, to the millisecond', async () => {
      const full = reading(d, noon + 123, {
        seq: 7, temperature: -12.25, pressure: 1.01325, level: 0.5, ambient: 31.5, lat: 31.2304, lon: 121.4737,
        battery: 88, shock: 0.1, extra: { door: true, carrier: '甲', rssi: -71 }, receivedAt: noon + 999,
      }) // biome-ignore format: as the columns
      const bare = reading(d, noon, { temperature: 20 })
      const { fresh: stored, joined, contradictions } = await storage.store([full, bare])
      expect([stored.length, joined, contradictions]).toEqual([2, [], []])
      expect(await storage.rowsOf(d)).toEqual([bare, full])
      expect(await storage.letters()).toEqual([])
    })

    it('and gives them back as the rules look at them', async () => {
      const full = reading(d, noon + 123, {
        seq: 2_147_483_647, temperature: -273.15, pressure: 1.01325, level: 0.1, ambient: -0, lat: -31.2304, lon: 121.4737,
        battery: 100, shock: 1e-300, extra: { tilt: -12.5, door: true }, receivedAt: noon + 999,
      }) // biome-ignore format: as the columns
      const odd = reading(d, noon + 124, { temperature: 20, extra: { tilt: 'steep' } })
      const bare = reading(d, noon, { pressure: 3 })
      await storage.store([full, odd, bare])
      const rows = await inTransaction(storage.ingest, (tx) =>
        copySampled(tx, `where device_id = ${d} order by time, seq`),
      )
      expect(rows).toEqual(
        [bare, { ...full, extra: { tilt: -12.5 } }, { ...odd, extra: null }].map(
          ({ deviceId: _device, boot: _boot, ...rest }) => rest,
        ),
      )
      expect(await inTransaction(storage.ingest, (tx) => copySampled(tx, 'where device_id = -1'))).toEqual([])
    })

    it('from 29 days ago to five minutes ahead', async () => {
      const times = [Date.now() - 29 * DAY, Date.now() - 8 * DAY, Date.now(), Date.now() + 5 * MINUTE]
      await storage.store(times.map((time) => reading(d, time, { temperature: 1 })))
      expect((await storage.rowsOf(d)).map(({ time }) => time)).toEqual(times)
    })

    it('once, however often they come', async () => {
      const batch = [0, 1, 2].map((n) => reading(d, noon + n * MINUTE, { temperature: n }))
      await storage.store(batch)
      const again = await storage.store([...batch, ...batch])
      expect(again).toEqual({ fresh: [], joined: [], contradictions: [] })
      expect(await storage.rowsOf(d)).toEqual(batch)
      expect(await storage.letters()).toEqual([])
    })

    it('joined, where one fills in what the other lacks', async () => {
      const first = reading(d, noon, { temperature: 20, extra: { a: 1 } })
      await storage.store([first])
      const { fresh: none, joined } = await storage.store([
        reading(d, noon, { temperature: 20, pressure: 2, extra: { b: 'x' } }),
        reading(d, noon, { level: 0.5 }),
      ])
      const whole = { ...first, pressure: 2, level: 0.5, extra: { a: 1, b: 'x' } }
      expect([none, joined]).toEqual([[], [whole]])
      expect(await storage.rowsOf(d)).toEqual([whole])
    })

    it('with the first value kept, and the one that differs handed to a person', async () => {
      await storage.store([reading(d, noon, { temperature: 20 })])
      await storage.store([reading(d, noon, { temperature: 21, pressure: 2 })])
      expect(await storage.rowsOf(d)).toMatchObject([{ temperature: 20, pressure: 2 }])
      const [letter, ...others] = await storage.letters()
      expect(others).toEqual([])
      expect(letter).toMatchObject({ device_id: d, topic: `of/${d}` })
      expect(letter?.reason).toMatch(/temperature 21 differs from 20/)
      expect(JSON.parse(letter?.payload.toString() ?? '')).toMatchObject({ temperature: 21, pressure: 2 })
    })

    it('around one that the database refuses', async () => {
      const batch = Array.from({ length: 40 }, (_, n) =>
        reading(d, noon + n * MINUTE, { temperature: n, extra: { note: n === 23 ? 'a\0b' : 'ok' } }),
      )
      await storage.store(batch)
      expect((await storage.rowsOf(d)).map(({ temperature }) => temperature)).toEqual(
        batch.map(({ temperature }) => temperature).filter((n) => n !== 23),
      )
      expect(await storage.letters()).toMatchObject([
        { device_id: d, reason: expect.stringMatching(/the database refuses/) },
      ])
    })

    it('with each letter once, although the batch broke off in the middle and its last commit was not heard of', async () => {
      await storage.store([reading(d, noon, { temperature: 20, level: 0.5 })])
      const batch = [
        reading(d, noon, { temperature: 21, level: 0.6 }),
        reading(d, noon + MINUTE, { temperature: 1, extra: { note: 'a\0b' } }),
        reading(d, noon + 2 * MINUTE, { temperature: 2 }),
        reading(d, noon + 3 * MINUTE, { temperature: 3, extra: { note: 'a\0b' } }),
      ]
      const id = randomUUID()
      let commits = 0
      const breaksOff = async () => {
        if (++commits === 3) throw new Error('Connection terminated unexpectedly')
      }
      await expect(storage.store(batch, breaksOff, id)).rejects.toThrow('terminated')
      expect(await storage.letters()).toHaveLength(3)
      await storage.store(batch, undefined, id)
      await storage.store(batch, undefined, id)
      expect((await storage.letters()).map(({ reason }) => reason.slice(0, 20))).toEqual([
        'temperature 21 diffe',
        'level 0.6 differs fr',
        'the database refuses',
        'the database refuses',
      ])
      expect((await storage.rowsOf(d)).map(({ temperature }) => temperature)).toEqual([20, 2])
      // another message that says the same is another letter
      await storage.store(batch)
      expect(await storage.letters()).toHaveLength(8)
    })

    it('of several writers at the same time, each once', async () => {
      const batch = (from: number) =>
        Array.from({ length: 200 }, (_, n) => reading(d, noon + (from + n) * 1_000, { temperature: from + n }))
      const all = await Promise.all([0, 100, 200, 250].map((from) => storage.store(batch(from))))
      const times = (await storage.rowsOf(d)).map(({ time }) => time)
      expect(times).toEqual(Array.from({ length: 450 }, (_, n) => noon + n * 1_000))
      expect(all.reduce((sum, { fresh: stored }) => sum + stored.length, 0)).toBe(450)
      expect(await storage.letters()).toEqual([])
    })

    it('as one after another would be, in whatever batches they come', async () => {
      const value = fc.option(fc.integer({ min: 0, max: 2 }), { freq: 2 })
      const shape = fc.record({
        at: fc.integer({ min: 0, max: 5 }),
        seq: fc.integer({ min: 0, max: 1 }),
        values: fc.tuple(value, value, value),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(shape, { minLength: 1, maxLength: 12 }), { maxLength: 6 }),
          async (batches) => {
            const device = await storage.device()
            const before = (await storage.letters()).length
            const made: Reading[][] = batches.map((batch) =>
              batch.map(({ at, seq, values: [temperature, pressure, battery] }) =>
                reading(device, noon + at * HOUR, { seq, temperature, pressure, battery }),
              ),
            )
            for (const batch of made) await storage.store(batch)
            const { rows, turnedAway } = naiveStore(made.flat())
            const values = (one: Reading) => [one.time, one.seq, ...MEASURES.map((measure) => one[measure])]
            expect((await storage.rowsOf(device)).map(values)).toEqual(rows.map(values))
            expect((await storage.letters()).length - before).toBe(turnedAway)
          },
        ),
        { numRuns: 20 },
      )
    })
  })
}
