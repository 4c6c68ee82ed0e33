import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUpkeep } from '../../../server/store/upkeep.ts'
import type { TestDatabase } from '../../setup/clones.ts'
import { DAY, HOUR, MINUTE, openStorage, reading, type Storage } from './rig.ts'

/** Upkeep: roll-ups while others write, room ahead, and what may go. */
export const describeUpkeep = (fresh: () => Promise<TestDatabase>): void => {
  describe('keeps itself in order', () => {
    const now = Math.floor(Date.now() / HOUR) * HOUR
    let storage: Storage
    let device: number
    let shipment: string
    beforeEach(async () => {
      storage = await openStorage(fresh, { retentionDays: 31 })
      device = await storage.device()
      shipment = await storage.shipment()
    })
    afterEach(() => storage.close())

    const every = (ms: number, from: number, to: number) =>
      Array.from({ length: Math.ceil((to - from) / ms) }, (_, n) =>
        reading(device, from + n * ms, { temperature: 20 + (n % 10) }),
      )
    const temperatures = async (from: number, to: number) => {
      const { temperature } = await storage.chart(shipment, { from, to, points: 100 })
      return temperature
    }

    it('with a reading rolled up whose transaction had begun before the turn', async () => {
      await storage.lend(shipment, device, now - DAY)
      let turned = false
      let turning: Promise<void> | undefined
      await storage.store([reading(device, now - 5 * HOUR, { temperature: 77 })], async () => {
        turning = storage.upkeep.turn(now).finally(() => {
          turned = true
        })
        // it waits for us, or has passed by what we are about to commit
        while (!turned && (await storage.count('pg_locks where not granted')) === 0) await delay(10)
      })
      await turning
      expect(await storage.count('readings_1h where temperature_max = 77')).toBe(1)
      expect(await storage.count('rollup_dirty')).toBe(0)
    })

    it('with two servers at it at the same time', async () => {
      await storage.lend(shipment, device, now - 3 * DAY)
      await storage.store(every(5 * MINUTE, now - 3 * DAY, now - HOUR))
      const { capability, owner } = storage
      const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
      const other = createUpkeep({ pool: owner, capability, retentionDays: 31, log })
      for (const at of [now, now + MINUTE]) {
        await Promise.all([storage.upkeep.turn(at), other.turn(at)])
        await storage.upkeep.turn(at)
        expect(await storage.count('readings_1h')).toBe(71)
        expect(await storage.count('rollup_dirty')).toBe(0)
        await storage.store(every(7 * MINUTE, now - 2 * DAY, now - DAY).map((one) => ({ ...one, seq: 1 })))
      }
    })

    it('with room for what comes, made again when it is missing', async () => {
      await storage.owner.query('select drop_readings_before($1)', [new Date(now + 30 * DAY)])
      await storage.upkeep.start()
      await storage.upkeep.stop()
      const times = [now - 29 * DAY, now - DAY, now, now + 13 * DAY]
      await storage.store(times.map((time) => reading(device, time, { temperature: 1 })))
      expect((await storage.rowsOf(device)).map(({ time }) => time)).toEqual(times)
    })

    it('and drops no raw row of an open shipment, and old ones once it is over, but not their roll-ups', async () => {
      const from = now - 20 * DAY
      await storage.lend(shipment, device, from)
      const all = every(30 * MINUTE, from, now)
      await storage.store(all)
      const over = await storage.shipment('closed')
      const gone = await storage.device()
      await storage.lend(over, gone, now - 19 * DAY, now - 18 * DAY)
      await storage.store([reading(gone, now - 18.5 * DAY, { temperature: 1 })])
      await storage.upkeep.turn(now + HOUR)
      const drawn = await temperatures(from, now)
      expect(drawn.max.length).toBeGreaterThan(50)

      await storage.upkeep.retain(now + 40 * DAY)
      expect(await storage.rowsOf(device)).toEqual(all)

      await storage.owner.query(`update shipments set phase = 'delivered' where id = $1`, [shipment])
      await storage.upkeep.retain(now + 21 * DAY)
      const left = (await storage.rowsOf(device)).map(({ time }) => time)
      expect(left.filter((time) => time >= now - 10 * DAY)).toEqual(
        all.map(({ time }) => time).filter((time) => time >= now - 10 * DAY),
      )
      expect(left.filter((time) => time < now - 18 * DAY)).toEqual([])
      expect(await storage.rowsOf(gone)).toEqual([])

      await storage.upkeep.retain(now + 40 * DAY)
      expect(await storage.rowsOf(device)).toEqual([])
      await storage.upkeep.turn(now + 2 * HOUR)
      expect(await temperatures(from, now)).toEqual(drawn)
    })
  })
}
