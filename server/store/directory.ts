import type { Outage } from '../rules/silence.ts'
import { inTransaction, type Pool } from './pool.ts'
import { type KnownDevice, loadDevices, type Stream } from './streams.ts'

/** The devices that have spoken, with the shipments they are lent to: memory over the database, asked once a stranger. */
export type Directory = {
  get(code: string): KnownDevice | undefined
  byId(id: number): KnownDevice | undefined
  /** Names of devices, of those that have not spoken here too. */
  codesOf(ids: readonly number[]): Promise<ReadonlyMap<number, string>>
  /** Looks up those of `codes` that are not known yet. */
  load(codes: readonly string[]): Promise<void>
  /** Reads loans and limits of a device again; states of loans that did not change stay. */
  reload(code: string): Promise<KnownDevice | undefined>
  /** Forgets states whose adoption is in doubt: they are read again from what is stored. */
  doubt(deviceIds: Iterable<number>): void
  /** Forgets the states of these devices' streams, which another server goes on from, or has gone on from. */
  forget(those: (deviceId: number) => boolean): void
  /** Notices who has been revoked, or let in again, since; and who sees which shipment. */
  refresh(): Promise<void>
  streams(): Stream[]
  /** times in which nothing could be heard, ascending: the streams' contexts hold on to this very list */
  readonly outages: Outage[]
}

export const createDirectory = (pool: Pool): Directory => {
  const byCode = new Map<string, KnownDevice>()
  const byId = new Map<number, KnownDevice>()
  const outages: Outage[] = []

  const keep = (device: KnownDevice): void => {
    byCode.set(device.code, device)
    byId.set(device.id, device)
  }

  return {
    get: (code) => byCode.get(code),
    byId: (id) => byId.get(id),
    codesOf: async (ids) => {
      const codes = new Map<number, string>()
      const strangers: number[] = []
      for (const id of ids) {
        const code = byId.get(id)?.code
        if (code === undefined) strangers.push(id)
        else codes.set(id, code)
      }
      if (strangers.length === 0) return codes
      const { rows } = await pool.query<{ id: number; code: string }>(
        'select id, code from devices where id = any($1::integer[])',
        [strangers],
      )
      for (const { id, code } of rows) codes.set(id, code)
      return codes
    },
    load: async (codes) => {
      const missing = [...new Set(codes)].filter((code) => !byCode.has(code))
      if (missing.length === 0) return
      for (const device of await inTransaction(pool, (tx) => loadDevices(tx, missing, outages))) keep(device)
    },
    reload: async (code) => {
      const [fresh] = await inTransaction(pool, (tx) => loadDevices(tx, [code], outages))
      const known = byCode.get(code)
      if (fresh === undefined) {
        if (known !== undefined) byId.delete(known.id)
        byCode.delete(code)
        return undefined
      }
      fresh.elsewhereUntil = known?.elsewhereUntil ?? fresh.elsewhereUntil
      for (const stream of fresh.streams) {
        const before = known?.streams.find((other) => other.assignmentId === stream.assignmentId)
        if (before === undefined) continue
        stream.state = before.state
        stream.checkpointAt = before.checkpointAt
      }
      if (known === undefined) keep(fresh)
      // batches that wait hold on to the device they were sorted for, so it is changed rather than replaced
      else Object.assign(known, fresh)
      return byCode.get(code)
    },
    doubt: (deviceIds) => {
      for (const id of deviceIds) for (const stream of byId.get(id)?.streams ?? []) stream.state = null
    },
    forget: (those) => {
      for (const device of byId.values()) {
        if (!those(device.id)) continue
        device.elsewhereUntil = Number.NEGATIVE_INFINITY
        for (const stream of device.streams) stream.state = null
      }
    },
    refresh: async () => {
      const { rows } = await pool.query<{ id: number; revoked: boolean; gauge: boolean }>(
        `select id, revoked_at is not null as revoked, pressure_reference = 'gauge' as gauge from devices
         where id = any($1::integer[])`,
        [[...byId.keys()]],
      )
      for (const row of rows) {
        const device = byId.get(row.id)
        if (device === undefined) continue
        device.revoked = row.revoked
        // changed at another server: here nothing else says so
        device.gauge = row.gauge
      }
      const shipments = [...new Set([...byId.values()].flatMap(({ streams }) => streams.map((one) => one.shipmentId)))]
      const seen = await pool.query<{ shipment_id: string; audience: string[] }>(
        `select shipment_id, array_agg(org_id::text) as audience from shipment_access
         where shipment_id = any($1::uuid[]) group by shipment_id`,
        [shipments],
      )
      const audiences = new Map(seen.rows.map((row) => [row.shipment_id, row.audience]))
      for (const device of byId.values())
        for (const stream of device.streams) stream.audience = audiences.get(stream.shipmentId) ?? []
    },
    outages,
    streams: () => [...byId.values()].flatMap((device) => device.streams),
  }
}
