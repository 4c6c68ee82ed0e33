import { randomUUID } from 'node:crypto'
import { emptyBatch } from '../../../server/ingest/batch.ts'
import type { Logger } from '../../../server/log.ts'
import type { Chart, Track } from '../../../server/model/chart.ts'
import type { Reading } from '../../../server/model/reading.ts'
import type { Newest } from '../../../server/model/shipment.ts'
import { chart, type Range, track } from '../../../server/store/chart.ts'
import { newestValues } from '../../../server/store/newest.ts'
import { asOrganisation, openPool, type Pool } from '../../../server/store/pool.ts'
import { type Inserted, readingFromRow } from '../../../server/store/readings.ts'
import { capabilityOf, createUpkeep } from '../../../server/store/upkeep.ts'
import { createWriter } from '../../../server/store/write.ts'
import type { TestDatabase } from '../../setup/clones.ts'

const log: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

const NOTHING = {
  seq: 0, boot: null, temperature: null, pressure: null, level: null, ambient: null,
  lat: null, lon: null, battery: null, shock: null, extra: null,
} // biome-ignore format: as the columns

/** A reading taken at `time` (epoch ms), which reached us a second later unless told otherwise. */
export const reading = (deviceId: number, time: number, values: Partial<Reading>): Reading => ({
  ...NOTHING,
  deviceId,
  time,
  receivedAt: time + 1_000,
  ...values,
})

export type Storage = Awaited<ReturnType<typeof openStorage>>

const only = <T>(rows: readonly T[]): T => {
  const [first] = rows
  if (first === undefined) throw new Error('a row was expected')
  return first
}

/** The server's own storage functions over a database of its own, with one organisation. */
export const openStorage = async (fresh: () => Promise<TestDatabase>, { retentionDays = 31 } = {}) => {
  const database = await fresh()
  const open = (role: 'owner' | 'zaitu_app' | 'zaitu_ingest', max: number): Pool =>
    openPool(database.url, { role, max, log })
  const [owner, app, ingest] = [open('owner', 3), open('zaitu_app', 2), open('zaitu_ingest', 4)]
  const { id: orgId } = only(
    (await owner.query<{ id: string }>(`insert into organisations (name, kind) values ('Buyer', 'buyer') returning id`))
      .rows,
  )
  const capability = await capabilityOf(owner)
  const upkeep = createUpkeep({ pool: owner, capability, retentionDays, log })
  const writer = createWriter(ingest)
  let made = 0

  return {
    owner,
    ingest,
    capability,
    upkeep,
    device: async (intervalSeconds = 60): Promise<number> => {
      made += 1
      const { rows } = await owner.query<{ id: number }>(
        `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
         values ($1, $2, $3, $3, 'absolute', '') returning id`,
        [`d${made}`, orgId, intervalSeconds],
      )
      return only(rows).id
    },
    shipment: async (phase = 'in-transit'): Promise<string> => {
      made += 1
      const { rows } = await owner.query<{ id: string }>(
        `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
         select $1, $2, (select id from substances limit 1), '{}', '{}', now(), now(), $3 returning id`,
        [orgId, `S${made}`, phase],
      )
      return only(rows).id
    },
    lend: async (shipmentId: string, deviceId: number, from: number, to: number | null = null): Promise<void> => {
      await owner.query(
        'insert into assignments (org_id, shipment_id, device_id, during) values ($1, $2, $3, tstzrange($4, $5))',
        [orgId, shipmentId, deviceId, new Date(from), to === null ? null : new Date(to)],
      )
    },
    /**
     * Stores copies of these as one batch; what became of them, over all transactions that it took. Each transaction
     * stays open until `held` is over. With the `id` of one before, it is that batch once more.
     */
    store: async (
      readings: readonly Reading[],
      held: () => Promise<unknown> = async () => {},
      id = randomUUID(),
    ): Promise<Inserted> => {
      const stored: Inserted = { fresh: [], joined: [], contradictions: [] }
      await writer.store(
        {
          ...emptyBatch(),
          id,
          readings: structuredClone([...readings]),
          senders: new Map(
            readings.map(({ deviceId }) => [deviceId, { orgId, topic: `of/${deviceId}`, gauge: false }]),
          ),
        },
        {
          judge: (inserted) => inserted,
          record: async () => void (await held()),
          adopt: (inserted) => {
            stored.fresh = [...stored.fresh, ...inserted.fresh]
            stored.joined.push(...inserted.joined)
            stored.contradictions.push(...inserted.contradictions)
          },
        },
      )
      return stored
    },
    rowsOf: async (deviceId: number): Promise<Reading[]> => {
      const { rows } = await owner.query('select * from readings where device_id = $1 order by time, seq', [deviceId])
      return rows.map(readingFromRow)
    },
    letters: async (): Promise<{ reason: string; payload: Buffer; device_id: number; topic: string }[]> =>
      (await owner.query('select reason, payload, device_id, topic from dead_letters order by id')).rows,
    count: async (from: string): Promise<number> =>
      Number(only((await owner.query<{ count: string }>(`select count(*) from ${from}`)).rows).count),
    chart: (shipmentId: string, range: Range): Promise<Chart> =>
      asOrganisation(app, { orgId }, (tx) => chart(tx, shipmentId, range)),
    track: (shipmentId: string, range: Range): Promise<Track> =>
      asOrganisation(app, { orgId }, (tx) => track(tx, shipmentId, range)),
    newest: (shipmentIds: readonly string[], now?: number): Promise<Map<string, Newest>> =>
      asOrganisation(app, { orgId }, (tx) => newestValues(tx, shipmentIds, now)),
    close: async (): Promise<void> => {
      await upkeep.stop()
      await Promise.all([owner.end(), app.end(), ingest.end()])
      await database.drop()
    },
  }
}
