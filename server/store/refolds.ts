import type { Tx } from './pool.ts'

/** `to` is the last moment that is in question; without it, everything from `from` on is. */
export type RefoldRequest = { shipmentId: string; deviceId: number; from: number; to?: number }

/**
 * Asks that a stream be folded again from `from` (epoch ms): late data, a limit, a phase or a loan changed in the past.
 * Part of the transaction that made it necessary, so it cannot be forgotten.
 */
export const requestRefold = (tx: Tx, request: RefoldRequest): Promise<void> => requestRefolds(tx, [request])

export const requestRefolds = async (tx: Tx, requests: readonly RefoldRequest[]): Promise<void> => {
  if (requests.length === 0) return
  await tx.query({
    name: 'request-refolds',
    text: `insert into refold_requests (shipment_id, device_id, from_time, to_time)
     select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::timestamptz[])`,
    values: [
      requests.map((request) => request.shipmentId),
      requests.map((request) => request.deviceId),
      requests.map((request) => new Date(request.from)),
      requests.map((request) => (request.to === undefined ? null : new Date(request.to))),
    ],
  })
}

/** What a server has stored of a device that another one folds: a stretch, epoch ms, both ends included. */
export type HandedOver = { deviceId: number; from: number; to: number }

/** Hands stretches over to whoever folds those devices: requests, by the loans as the database knows them. */
export const handOver = async (tx: Tx, stretches: readonly HandedOver[], epoch: string | null): Promise<void> => {
  if (stretches.length === 0) return
  await tx.query({
    name: 'hand-over',
    text: `insert into refold_requests (shipment_id, device_id, from_time, to_time, by_epoch)
     select a.shipment_id, h.device_id, greatest(h."from", lower(a.during)), h."to", $4::bigint
     from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as h (device_id, "from", "to")
     join assignments a on a.device_id = h.device_id and a.during && tstzrange(h."from", h."to", '[]')`,
    values: [
      stretches.map(({ deviceId }) => deviceId),
      stretches.map(({ from }) => new Date(from)),
      stretches.map(({ to }) => new Date(to)),
      epoch ?? '0',
    ],
  })
}

/** What servers have handed over of devices in these buckets, oldest first. `ageMs`: how long ago. */
export type Handed = HandedOver & { id: string; shipmentId: string; ageMs: number; byEpoch: string }
export const handedOver = async (tx: Tx, buckets: readonly number[], most: number): Promise<Handed[]> => {
  const { rows } = await tx.query<{
    id: string
    shipment_id: string
    device_id: number
    from_time: Date
    to_time: Date
    age: number
    by_epoch: string
  }>({
    name: 'handed-over',
    text: `select id::text, shipment_id, device_id, from_time, to_time, by_epoch::text,
       (extract(epoch from clock_timestamp() - requested_at) * 1000)::float8 as age
     from refold_requests where by_epoch is not null and (device_id & 63) = any($1::integer[])
     order by refold_requests.id limit $2::integer`,
    values: [buckets, most],
  })
  return rows.map((row) => ({
    id: row.id,
    shipmentId: row.shipment_id,
    deviceId: row.device_id,
    from: row.from_time.getTime(),
    to: row.to_time.getTime(),
    ageMs: row.age,
    byEpoch: row.by_epoch,
  }))
}

/** What was handed over of a stream from `from` on, by now. */
export const handedSince = async (
  tx: Tx,
  { shipmentId, deviceId, from }: Pick<RefoldRequest, 'shipmentId' | 'deviceId' | 'from'>,
): Promise<string[]> => {
  const { rows } = await tx.query<{ id: string }>(
    `select id::text from refold_requests where shipment_id = $1::uuid and device_id = $2::integer
       and by_epoch is not null and from_time >= $3::timestamptz`,
    [shipmentId, deviceId, new Date(from)],
  )
  return rows.map(({ id }) => id)
}

/**
 * One stream's requests together: the earliest moment, the last (null: to the end), whether a server has handed over what it
 * took in, and the ids to delete when done.
 */
export type Due = Omit<RefoldRequest, 'to'> & { to: number | null; handed: boolean; deviceCode: string; ids: string[] }

export const streamKey = ({ shipmentId, deviceId }: Pick<Due, 'shipmentId' | 'deviceId'>): string =>
  `${shipmentId} ${deviceId}`

/** What waits of devices in `buckets`, oldest request first; without the streams in `but` (see `streamKey`). */
export const dueRefolds = async (
  tx: Tx,
  buckets: readonly number[],
  most: number,
  but: readonly string[],
): Promise<Due[]> => {
  const { rows } = await tx.query<{
    shipment_id: string
    device_id: number
    code: string
    from_time: Date
    to_time: Date | null
    handed: boolean
    ids: string[]
  }>(
    `select r.shipment_id, r.device_id, d.code, min(r.from_time) as from_time,
       case when bool_and(r.to_time is not null) then max(r.to_time) end as to_time,
       bool_or(r.by_epoch is not null) as handed, array_agg(r.id::text) as ids
     from refold_requests r join devices d on d.id = r.device_id
     where r.shipment_id || ' ' || r.device_id <> all($2::text[]) and (r.device_id & 63) = any($3::integer[])
     group by 1, 2, 3 order by min(r.id) limit $1::integer`,
    [most, but, buckets],
  )
  return rows.map((row) => ({
    shipmentId: row.shipment_id,
    deviceId: row.device_id,
    deviceCode: row.code,
    from: row.from_time.getTime(),
    to: row.to_time?.getTime() ?? null,
    handed: row.handed,
    ids: row.ids,
  }))
}

export const deleteRefolds = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query('delete from refold_requests where id = any($1::bigint[])', [ids])
}

/** Loans that have ended while an alarm of theirs is still open: the end is on their timeline, and asks for a fold. */
export const requestEnded = async (tx: Tx, buckets: readonly number[]): Promise<void> => {
  await tx.query(
    `insert into refold_requests (shipment_id, device_id, from_time)
     select distinct a.shipment_id, a.device_id, upper(a.during)
     from assignments a join alarms x on x.shipment_id = a.shipment_id and x.device_id = a.device_id
     where (a.device_id & 63) = any($1::integer[]) and x.figures->'missingFrom' is null
       and upper(a.during) <= now() and x.cleared_at is null and not x.void and x.onset < upper(a.during) and x.onset >= lower(a.during)
       and not exists (select from refold_requests r where r.shipment_id = a.shipment_id and r.device_id = a.device_id)`,
    [buckets],
  )
}
