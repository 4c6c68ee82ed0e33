import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Reading } from '../../../server/model/reading.ts'
import { bucketWidth, type Range } from '../../../server/store/chart.ts'
import type { TestDatabase } from '../../setup/clones.ts'
import { expectChart, type Loan, lent, naiveStore } from './oracle.ts'
import { DAY, HOUR, MINUTE, openStorage, reading, type Storage } from './rig.ts'

/** Numbers that look random and are the same every time (Park and Miller's generator). */
const numbers = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const SPIKE = 900

/** Sixty hours of a device with a silence of three hours, noise, now and then a spike of a single sample. */
const history = (deviceId: number, base: number, offsetMs: number, silentFrom: number): Reading[] => {
  const next = numbers(deviceId * 7 + 11)
  return Array.from({ length: 60 * 60 }, (_, n) => n).flatMap((n) => {
    const hours = n / 60
    const values = {
      temperature: next() < 0.002 ? SPIKE : 20 + next(),
      pressure: next() < 0.5 ? null : 2 + next(),
      level: 0.8,
      ambient: n % 7 === 0 ? 15 + next() : null,
    }
    const silent = hours >= silentFrom && hours < silentFrom + 3
    return silent ? [] : [reading(deviceId, base + n * MINUTE + offsetMs, { seq: n, ...values })]
  })
}

/** Charts out of raw rows and roll-ups, at every stage of their upkeep. */
export const describeCharts = (fresh: () => Promise<TestDatabase>): void => {
  describe('draws what was measured', () => {
    const base = Math.floor(Date.now() / HOUR) * HOUR - 3 * DAY
    let storage: Storage
    let loans: Loan[]
    let others: Loan[]
    let shipment: string
    let other: string
    let known: Reading[]

    beforeAll(async () => {
      storage = await openStorage(fresh)
      const [one, two] = [await storage.device(), await storage.device()]
      ;[shipment, other] = [await storage.shipment(), await storage.shipment()]
      // both devices on one shipment for a day, edges off the minute, and one of them handed on
      const handedOn = base + 55 * HOUR + 30 * MINUTE + 500
      loans = [
        { deviceId: one, from: base + 10 * MINUTE + 17_123, to: handedOn },
        { deviceId: two, from: base + 20 * HOUR + 5_000, to: base + 45 * HOUR - 59_000 },
      ]
      others = [{ deviceId: one, from: handedOn, to: Number.POSITIVE_INFINITY }]
      for (const { deviceId, from, to } of loans) await storage.lend(shipment, deviceId, from, to)
      await storage.lend(other, one, handedOn)
      known = [...history(one, base, 0, 30), ...history(two, base, 17_250, 30.5)]
      await storage.store(known)
    })
    afterAll(() => storage.close())

    const expectRight = async (of: string, lentBy: readonly Loan[], range: Range): Promise<void> =>
      expectChart(await storage.chart(of, range), known, lentBy, range, 60)

    /** The same questions at each stage: from every minute to whole days, and any other. */
    const expectAllRight = async (): Promise<void> => {
      for (const points of [2, 20, 100, 1_500, 10_000]) {
        const range = { from: base - HOUR, to: base + 60 * HOUR, points }
        await expectRight(shipment, loans, range)
        await expectRight(other, others, range)
      }
      const anyRange = fc.record({
        from: fc.integer({ min: -2 * HOUR, max: 60 * HOUR }),
        length: fc.oneof(fc.integer({ min: 1, max: 2 * HOUR }), fc.integer({ min: HOUR, max: 62 * HOUR })),
        points: fc.oneof(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 4_000 })),
      })
      await fc.assert(
        fc.asyncProperty(anyRange, async ({ from, length, points }) => {
          const range = { from: base + from, to: base + from + length, points }
          await expectRight(shipment, loans, range)
          await expectRight(other, others, range)
        }),
        { numRuns: 12 },
      )
    }
    const rolledUp = async (): Promise<void> => {
      const minutes = new Set(known.map(({ deviceId, time }) => `${deviceId} ${Math.floor(time / MINUTE)}`))
      const hours = new Set(known.map(({ deviceId, time }) => `${deviceId} ${Math.floor(time / HOUR)}`))
      expect(await storage.count('readings_1m')).toBe(minutes.size)
      expect(await storage.count('readings_1h')).toBe(hours.size)
      expect(await storage.count('rollup_dirty')).toBe(0)
    }
    const arriveLate = async (readings: readonly Reading[]): Promise<void> => {
      await storage.store(readings)
      known = naiveStore([...known, ...readings]).rows
    }

    it('before anything is rolled up', expectAllRight)

    it('with the older half rolled up', async () => {
      await storage.upkeep.turn(base + 35 * HOUR + 12 * MINUTE + 345)
      await expectAllRight()
    })

    it('with everything rolled up', async () => {
      await storage.upkeep.turn(base + 61 * HOUR)
      await rolledUp()
      await expectAllRight()
    })

    it('at once when data comes late: new, filled in, and higher than all before', async () => {
      const [first, second] = loans
      if (first === undefined || second === undefined) throw new Error('two loans were expected')
      const later = (deviceId: number, time: number, values: Partial<Reading>) =>
        reading(deviceId, time, { receivedAt: base + 61 * HOUR, seq: 1_000_000, ...values })
      await arriveLate([
        ...Array.from({ length: 90 }, (_, n) =>
          later(first.deviceId, base + 31 * HOUR + n * MINUTE, { temperature: n }),
        ),
        later(second.deviceId, base + 31 * HOUR + 30 * MINUTE + 1, { temperature: SPIKE + 50 }),
        later(first.deviceId, base + 5 * HOUR, { pressure: 40 }),
        ...[3, 4, 50].map((n) => later(first.deviceId, base + n * HOUR, { seq: n * 60, pressure: 7.5, level: 0.8 })),
      ])
      expect(await storage.count('rollup_dirty')).toBeGreaterThan(0)
      await expectAllRight()
    })

    it('and again after the next turn', async () => {
      await storage.upkeep.turn(base + 61 * HOUR + MINUTE)
      await rolledUp()
      await expectAllRight()
    })

    it('with a spike of a single sample at any resolution', async () => {
      const spikes = lent(known, loans, { from: base, to: base + 60 * HOUR, points: 0 }).filter(
        ({ temperature }) => temperature === SPIKE,
      )
      expect(spikes.length).toBeGreaterThan(0)
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...spikes),
          fc.tuple(fc.integer({ min: 0, max: 30 * HOUR }), fc.integer({ min: 1, max: 30 * HOUR })),
          fc.integer({ min: 2, max: 2_000 }),
          async ({ time }, [before, after], points) => {
            const { temperature } = await storage.chart(shipment, { from: time - before, to: time + after, points })
            expect(Math.max(...temperature.max.map((value) => value ?? 0))).toBeGreaterThanOrEqual(SPIKE)
          },
        ),
        { numRuns: 20 },
      )
    })

    it('and says how much of the range it knows, and what came late', async () => {
      const all = await storage.chart(other, { from: base + 56 * HOUR, to: base + 60 * HOUR, points: 1_000 })
      expect(all.coverage).toBeCloseTo(1, 1)
      expect(all.late).toEqual([])
      const half = await storage.chart(other, { from: base + 56 * HOUR, to: base + 64 * HOUR, points: 100 })
      expect(half.coverage).toBeCloseTo(0.5, 1)
      const { late } = await storage.chart(shipment, { from: base + 29 * HOUR, to: base + 34 * HOUR, points: 300 })
      expect(late.some(([from, to]) => from * 1_000 <= base + 31.6 * HOUR && to * 1_000 >= base + 31.4 * HOUR)).toBe(
        true,
      )
      const never = await storage.chart(other, { from: base - 9 * HOUR, to: base - 8 * HOUR, points: 100 })
      expect(never).toMatchObject({ time: [], coverage: 0, late: [] })
    })
  })

  describe('tells where a shipment was, and what is newest', () => {
    const noon = Math.floor(Date.now() / DAY) * DAY - DAY / 2
    let storage: Storage
    let shipment: string
    beforeEach(async () => {
      storage = await openStorage(fresh)
      shipment = await storage.shipment()
    })
    afterEach(() => storage.close())

    const lend = async (from: number, to: number | null = null): Promise<number> => {
      const device = await storage.device()
      await storage.lend(shipment, device, from, to)
      return device
    }

    it('a position a bucket, from the first to the newest, over all its devices', async () => {
      const [one, two] = [await lend(noon, noon + 2.5 * HOUR), await lend(noon + HOUR / 2)]
      const along = (device: number, from: number) =>
        Array.from({ length: 300 }, (_, n) => from + n * 30_000).map((time) =>
          reading(device, time, { temperature: 1, lat: (time - noon) / DAY, lon: device }),
        )
      await storage.store([...along(one, noon), ...along(two, noon + HOUR / 2)])
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 1_000 }), async (points) => {
          const range = { from: noon, to: noon + 3 * HOUR, points }
          const { time, lat, lon } = await storage.track(shipment, range)
          expect(time.length).toBeLessThanOrEqual(points)
          expect(time).toEqual([...time].sort((a, b) => a - b))
          for (const [index, at] of time.entries()) {
            expect(lat[index]).toBeCloseTo((at * 1_000 - noon) / DAY, 9)
            expect([one, two]).toContain(lon[index])
          }
          // no stretch of the way is left out, its end least of all: between two points lie two buckets at most
          const ends = [noon / 1_000, ...time, (noon + 3 * HOUR) / 1_000]
          const widest = Math.max(...ends.slice(1).map((at, index) => at - (ends[index] ?? at)))
          expect(widest).toBeLessThanOrEqual(2 * Math.max(30, bucketWidth(range.from, range.to, points)))
        }),
        { numRuns: 15 },
      )
    })

    it('the newest value of each measure, whichever device it came from, while it was lent', async () => {
      const [one, two] = [await lend(noon, noon + HOUR), await lend(noon)]
      await storage.store([
        reading(one, noon + 10 * MINUTE, { temperature: 10, pressure: 1, level: 0.1 }),
        reading(two, noon + 20 * MINUTE, { temperature: 20, lat: 31, lon: 121 }),
        reading(one, noon + 30 * MINUTE, { pressure: 3 }),
        reading(one, noon + 30 * MINUTE, { seq: 1, pressure: 4 }),
        reading(one, noon + 2 * HOUR, { temperature: 99, pressure: 99 }),
        reading(two, noon - MINUTE, { battery: 5 }),
      ])
      const bare = await storage.shipment()
      const newest = await storage.newest([shipment, bare], noon + 3 * HOUR)
      expect([...newest.keys()]).toEqual([shipment])
      expect(newest.get(shipment)).toMatchObject({
        time: new Date(noon + 30 * MINUTE).toISOString(),
        temperature: 20,
        pressure: 4,
        level: 0.1,
        lat: 31,
        lon: 121,
        battery: null,
      })
    })
  })
}
