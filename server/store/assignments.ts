import type { z } from 'zod'
import type { Assignment } from '../model/shipment.ts'
import type { Tx } from './pool.ts'

type Row = { id: string; device: string; device_number: number; from: Date; to: Date | null }

const view = (row: Row): z.infer<typeof Assignment> => ({
  id: row.id,
  deviceId: row.device,
  from: row.from.toISOString(),
  to: row.to?.toISOString() ?? null,
})

const COLUMNS = `a.id::text, d.code as device, d.id as device_number, lower(a.during) as "from", upper(a.during) as "to"`

export const listAssignments = async (tx: Tx, shipmentId: string): Promise<z.infer<typeof Assignment>[]> => {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from assignments a join devices d on d.id = a.device_id
     where a.shipment_id = $1::uuid order by lower(a.during), a.id`,
    [shipmentId],
  )
  return rows.map(view)
}

export type NewAssignment = { shipmentId: string; deviceNumber: number; from: number; to: number | null }

/** Lends a device for [from, to), epoch ms. Fails with SQLSTATE 23P01 when it is lent elsewhere in that time. */
export const createAssignment = async (tx: Tx, a: NewAssignment): Promise<z.infer<typeof Assignment>> => {
  const { rows } = await tx.query<Row>(
    `with a as (
       insert into assignments (org_id, shipment_id, device_id, during)
       select org_id, id, $2::integer, tstzrange($3::timestamptz, $4::timestamptz) from shipments where id = $1::uuid returning *)
     select ${COLUMNS} from a join devices d on d.id = a.device_id`,
    [a.shipmentId, a.deviceNumber, new Date(a.from), a.to === null ? null : new Date(a.to)],
  )
  const [row] = rows
  if (row === undefined) throw new Error('an insert returned no row')
  return view(row)
}

export type Ending = { assignment: z.infer<typeof Assignment>; deviceNumber: number; changedFrom: number | null }

/**
 * Moves the end of an assignment (epoch ms, null for open). `changedFrom` is the earliest time whose readings change
 * their shipment, null when nothing does. Null without such an assignment; 'before-start' when it would end before
 * it began; 'not-yours' when it would end later and the device is another organisation's: its owner alone lends it. Fails with SQLSTATE 23P01 when it would reach into another.
 */
export const endAssignment = async (
  tx: Tx,
  { shipmentId, assignmentId, to }: { shipmentId: string; assignmentId: string; to: number | null },
): Promise<Ending | 'before-start' | 'not-yours' | null> => {
  const { rows } = await tx.query<Row & { foreign: boolean }>(
    // who seeds a database speaks for no organisation, and for all
    `select ${COLUMNS}, coalesce(d.org_id <> app_org(), false) as "foreign" from assignments a join devices d on d.id = a.device_id
     where a.shipment_id = $1::uuid and a.id = $2::bigint for update of a`,
    [shipmentId, assignmentId],
  )
  const [before] = rows
  if (before === undefined) return null
  if (to !== null && to <= before.from.getTime()) return 'before-start'
  if (before.foreign && before.to !== null && (to === null || to > before.to.getTime())) return 'not-yours'
  const end = to === null ? null : new Date(to)
  await tx.query(`update assignments set during = tstzrange(lower(during), $2::timestamptz) where id = $1::bigint`, [
    assignmentId,
    end,
  ])
  const was = before.to?.getTime() ?? Number.POSITIVE_INFINITY
  const is = to ?? Number.POSITIVE_INFINITY
  return {
    assignment: view({ ...before, to: end }),
    deviceNumber: before.device_number,
    changedFrom: was === is ? null : Math.min(was, is),
  }
}

export type Lent = { reference: string; from: Date; to: Date | null }

/** On which shipment a device is in a range of time (epoch ms): what stands in the way of another assignment. */
export const lentTo = async (
  tx: Tx,
  { deviceNumber, from, to, except }: { deviceNumber: number; from: number; to: number | null; except?: string },
): Promise<Lent | null> => {
  const { rows } = await tx.query<Lent>(
    `select s.reference, lower(a.during) as "from", upper(a.during) as "to"
     from assignments a join shipments s on s.id = a.shipment_id
     where a.device_id = $1::integer and a.during && tstzrange($2::timestamptz, $3::timestamptz)
       and a.id is distinct from $4::bigint
     order by lower(a.during) limit 1`,
    [deviceNumber, new Date(from), to === null ? null : new Date(to), except ?? null],
  )
  return rows[0] ?? null
}

/** The devices (by number) that are lent to a shipment at or after a time, epoch ms. */
export const devicesFrom = async (tx: Tx, shipmentId: string, from: number): Promise<number[]> => {
  const { rows } = await tx.query<{ device_id: number }>(
    `select distinct device_id from assignments
     where shipment_id = $1::uuid and coalesce(upper(during), 'infinity') > $2::timestamptz`,
    [shipmentId, new Date(from)],
  )
  return rows.map((row) => row.device_id)
}
