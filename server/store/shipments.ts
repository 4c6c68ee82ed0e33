import type { z } from 'zod'
import type { Priority } from '../model/alarm.ts'
import type { Limits } from '../model/limits.ts'
import type { Containment, Filling } from '../model/record.ts'
import type { Contact as ContactSchema, Corridor, Phase, Place, Shipment, SubstanceSummary } from '../model/shipment.ts'
import { newestValues } from './newest.ts'
import type { Tx } from './pool.ts'

type Contact = z.infer<typeof ContactSchema>

export type Part = Shipment['part']

type ShipmentRow = {
  part: Part
  id: string
  reference: string
  phase: Phase
  substance: z.infer<typeof SubstanceSummary>
  origin: Place
  destination: Place
  depart_at: Date
  eta: Date
  tank_id: string | null
  contacts: Contact[]
  limits: Limits | null
  report_seconds: number | null
  active_alarms: number
  worst: { id: string; rule: string; priority: z.infer<typeof Priority>; onset: string; acknowledged: boolean } | null
}

const SELECT = `
  select v.part, s.id, s.reference, s.phase, s.origin, s.destination, s.depart_at, s.eta, s.tank_id, s.contacts,
    jsonb_build_object('id', sub.id, 'cas', sub.cas, 'un', sub.un, 'name', sub.name, 'nameZh', sub.name_zh) as substance,
    (select l.limits from shipment_limits l where l.shipment_id = s.id and l.valid_from <= now()
     order by l.valid_from desc, l.id desc limit 1) as limits,
    (select min(d.report_seconds) from assignments a join devices d on d.id = a.device_id
     where a.shipment_id = s.id and a.during @> now()) as report_seconds,
    coalesce(active.count, 0)::integer as active_alarms, active.worst
  from shipment_access v
  join shipments s on s.id = v.shipment_id
  join substances sub on sub.id = s.substance_id
  left join lateral (
    select count(*), (array_agg(jsonb_build_object(
        'id', x.id, 'rule', x.rule, 'priority', x.priority, 'onset', x.onset,
        'acknowledged', exists (select from alarm_actions y where y.alarm_id = x.id and y.action = 'acknowledged'))
      order by array_position(array['critical', 'high', 'medium', 'low'], x.priority), x.onset))[1] as worst
    from alarms x
    where x.shipment_id = s.id and not x.void and (x.cleared_at is null or x.latching)
      and (x.cleared_at is null or not exists (select from alarm_actions y where y.alarm_id = x.id and y.action = 'reset'))
      and not exists (select from alarm_details y where y.id = x.id and (y.shelved_until > now() or y.quiet))
  ) active on true`

const ARRIVED: readonly Phase[] = ['delivered', 'cleaning', 'closed']

const withNewest = async (tx: Tx, rows: ShipmentRow[]): Promise<Shipment[]> => {
  const now = Date.now()
  const newest = await newestValues(
    tx,
    rows.map((row) => row.id),
    now,
  )
  return rows.map((row) => ({
    id: row.id,
    part: row.part,
    reference: row.reference,
    phase: row.phase,
    substance: row.substance,
    origin: row.origin,
    destination: row.destination,
    departAt: row.depart_at.toISOString(),
    eta: row.eta.toISOString(),
    tankId: row.tank_id,
    contacts: row.contacts,
    limits: row.limits ?? {},
    reportSeconds: row.report_seconds,
    newest: newest.get(row.id) ?? null,
    worstAlarm: row.worst === null ? null : { ...row.worst, onset: new Date(row.worst.onset).toISOString() },
    activeAlarms: row.active_alarms,
    timeLeftSeconds: ARRIVED.includes(row.phase) ? null : Math.round((row.eta.getTime() - now) / 1000),
  }))
}

export type ShipmentPosition = readonly [departAt: string, id: string]
export type ShipmentFilter = {
  phase?: Phase | undefined
  /** part of the reference, the substance's name, a place, or a device on it */
  q?: string | undefined
  after?: ShipmentPosition | null
  limit: number
}

/** Shipments that the organisation of `tx` sees, newest departure first. */
export const listShipments = async (tx: Tx, { phase, q, after, limit }: ShipmentFilter): Promise<Shipment[]> => {
  const pattern = q === undefined || q === '' ? null : `%${q.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await tx.query<ShipmentRow>(
    `${SELECT}
     where ($1::text is null or s.phase = $1::text)
       and ($2::text is null or s.reference ilike $2::text or sub.name ilike $2::text or sub.name_zh ilike $2::text
            or sub.cas ilike $2::text or sub.un ilike $2::text
            or s.origin->>'name' ilike $2::text or s.destination->>'name' ilike $2::text
            or exists (select from assignments a join devices d on d.id = a.device_id
                       where a.shipment_id = s.id and d.code ilike $2::text))
       and ($3::timestamptz is null or (s.depart_at, s.id) < ($3::timestamptz, $4::uuid))
     order by s.depart_at desc, s.id desc limit $5::integer`,
    [phase ?? null, pattern, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return withNewest(tx, rows)
}

/** One shipment; null when the organisation has none of this id. */
export const readShipment = async (tx: Tx, id: string): Promise<Shipment | null> => {
  const { rows } = await tx.query<ShipmentRow>(`${SELECT} where s.id = $1::uuid`, [id])
  return (await withNewest(tx, rows))[0] ?? null
}

export const shipmentExists = async (tx: Tx, id: string): Promise<boolean> => (await partIn(tx, id)) !== null

/** Which part the organisation of `tx` has in a shipment; null when it sees none of this id. */
export const partIn = async (tx: Tx, id: string): Promise<Part | null> => {
  const { rows } = await tx.query<{ part: Part }>(
    'select part from shipment_access where shipment_id = $1::uuid and org_id = app_org()',
    [id],
  )
  return rows[0]?.part ?? null
}

/** When a shipment departs, epoch ms; null when the organisation has none of this id. */
export const departureOf = async (tx: Tx, id: string): Promise<number | null> => {
  const { rows } = await tx.query<{ at: Date }>('select depart_at as at from shipments where id = $1::uuid', [id])
  return rows[0]?.at.getTime() ?? null
}

export type NewShipment = {
  reference: string
  substanceId: string
  origin: Place
  destination: Place
  departAt: number
  eta: number
  phase: Phase
  tankId: string | null
  carrierId: string | null
  supplierId: string | null
  contacts: Contact[]
  packaging?: Containment | null
  filling?: Filling | null
  corridor?: Corridor | null
}

/** The id of the new shipment; null when the organisation has one of this reference. Times in epoch ms. */
export const createShipment = async (tx: Tx, orgId: string, s: NewShipment): Promise<string | null> => {
  const { rows } = await tx.query<{ id: string }>(
    `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase, tank_id,
       carrier_id, supplier_id, contacts, packaging, filling, corridor)
     values ($1::uuid, $2::text, $3::uuid, $4::jsonb, $5::jsonb, $6::timestamptz, $7::timestamptz, $8::text, $9::uuid,
       $10::uuid, $11::uuid, $12::jsonb, $13::text, $14::jsonb, $15::jsonb)
     on conflict (org_id, reference) do nothing returning id`,
    [
      orgId,
      s.reference,
      s.substanceId,
      JSON.stringify(s.origin),
      JSON.stringify(s.destination),
      new Date(s.departAt),
      new Date(s.eta),
      s.phase,
      s.tankId,
      s.carrierId,
      s.supplierId,
      JSON.stringify(s.contacts),
      s.packaging ?? null,
      s.filling == null ? null : JSON.stringify(s.filling),
      s.corridor == null ? null : JSON.stringify(s.corridor),
    ],
  )
  return rows[0]?.id ?? null
}

export type ShipmentChange = {
  phase?: Phase | undefined
  eta?: number | undefined
  contacts?: Contact[] | undefined
  tankId?: string | null | undefined
  carrierId?: string | null | undefined
  supplierId?: string | null | undefined
  packaging?: Containment | null | undefined
  filling?: Filling | null | undefined
  corridor?: Corridor | null | undefined
}

/** Changes what is given; false when the organisation has no such shipment. */
export const updateShipment = async (tx: Tx, id: string, change: ShipmentChange): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `update shipments set
       phase = coalesce($2::text, phase),
       eta = coalesce($3::timestamptz, eta),
       contacts = coalesce($4::jsonb, contacts),
       tank_id = case when $5::boolean then $6::uuid else tank_id end,
       carrier_id = case when $7::boolean then $8::uuid else carrier_id end,
       supplier_id = case when $9::boolean then $10::uuid else supplier_id end,
       packaging = case when $11::boolean then $12::text else packaging end,
       filling = case when $13::boolean then $14::jsonb else filling end,
       corridor = case when $15::boolean then $16::jsonb else corridor end
     where id = $1::uuid`,
    [
      id,
      change.phase ?? null,
      change.eta === undefined ? null : new Date(change.eta),
      change.contacts === undefined ? null : JSON.stringify(change.contacts),
      change.tankId !== undefined,
      change.tankId ?? null,
      change.carrierId !== undefined,
      change.carrierId ?? null,
      change.supplierId !== undefined,
      change.supplierId ?? null,
      change.packaging !== undefined,
      change.packaging ?? null,
      change.filling !== undefined,
      change.filling == null ? null : JSON.stringify(change.filling),
      change.corridor !== undefined,
      change.corridor == null ? null : JSON.stringify(change.corridor),
    ],
  )
  return rowCount === 1
}

/** In what a shipment travels, how full it is, and on which way, as it was entered. */
export const loadOf = async (
  tx: Tx,
  id: string,
): Promise<{ packaging: Containment | null; filling: Filling | null; corridor: Corridor | null }> => {
  const { rows } = await tx.query<{
    packaging: Containment | null
    filling: Filling | null
    corridor: Corridor | null
  }>('select packaging, filling, corridor from shipments where id = $1::uuid', [id])
  return rows[0] ?? { packaging: null, filling: null, corridor: null }
}

export const organisationExists = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('select from organisations where id = $1::uuid', [id])
  return rowCount === 1
}
