import type { RuleId } from '../model/alarm.ts'
import { type OutOfService, RuleSettingsChange } from '../model/rule-settings.ts'
import type { Tx } from './pool.ts'
import { requestRefolds } from './refolds.ts'

export type SettingsVersion = { from: Date; settings: RuleSettingsChange; setBy: string | null }

/** Versions of an organisation's settings (`shipmentId` null) or of one shipment's own, oldest first. */
export const settingsHistory = async (tx: Tx, shipmentId: string | null): Promise<SettingsVersion[]> => {
  const { rows } = await tx.query<{ from: Date; settings: unknown; setBy: string | null }>(
    `select r.valid_from as "from", r.settings, name_of_person(r.set_by) as "setBy" from rule_settings r
     where r.shipment_id is not distinct from $1::uuid order by r.valid_from, r.id`,
    [shipmentId],
  )
  return rows.map((row) => ({ ...row, settings: RuleSettingsChange.parse(row.settings) }))
}

type Who = { orgId: string; personId: string | null }

/** Settings that hold from now on, for the whole organisation or one shipment. The streams in question are folded again from now. */
export const setSettings = async (
  tx: Tx,
  { orgId, personId }: Who,
  shipmentId: string | null,
  settings: RuleSettingsChange,
): Promise<void> => {
  const { rows } = await tx.query<{ at: Date }>(
    `insert into rule_settings (org_id, shipment_id, valid_from, settings, set_by)
     values ($1::uuid, $2::uuid, date_trunc('milliseconds', now()), $3::jsonb, $4::uuid) returning valid_from as at`,
    [orgId, shipmentId, JSON.stringify(settings), personId],
  )
  await refoldFrom(tx, orgId, shipmentId, rows[0]?.at ?? new Date())
}

/** Every device that is lent to the shipment, or to one of the organisation's, at `from` or after it. */
const refoldFrom = async (tx: Tx, orgId: string, shipmentId: string | null, from: Date): Promise<void> => {
  const { rows } = await tx.query<{ shipment_id: string; device_id: number }>(
    `select a.shipment_id, a.device_id from assignments a join shipments s on s.id = a.shipment_id
     where s.org_id = $1::uuid and ($2::uuid is null or s.id = $2::uuid) and coalesce(upper(a.during), 'infinity') > $3::timestamptz`,
    [orgId, shipmentId, from],
  )
  await requestRefolds(
    tx,
    rows.map((row) => ({ shipmentId: row.shipment_id, deviceId: row.device_id, from: from.getTime() })),
  )
}

/** What is and was out of service on a shipment, newest first. */
export const listOutOfService = async (tx: Tx, shipmentId: string): Promise<OutOfService[]> => {
  const { rows } = await tx.query<Omit<OutOfService, 'from' | 'to'> & { from: Date; to: Date | null }>(
    `select o.rule, o.out_from as "from", o.out_to as "to", o.reason, name_of_person(o.taken_by) as "takenBy",
       name_of_person(o.put_back_by) as "putBackBy"
     from rule_service o where o.shipment_id = $1::uuid order by o.out_from desc, o.id desc`,
    [shipmentId],
  )
  return rows.map((row) => ({ ...row, from: row.from.toISOString(), to: row.to?.toISOString() ?? null }))
}

/** Takes a rule out of service on a shipment from now on, until a moment (epoch ms) or (null) until it is put back; false when it is out already. */
export const takeOut = async (
  tx: Tx,
  { orgId, personId }: Who,
  shipmentId: string,
  rule: RuleId,
  { reason, until }: { reason: string; until: number | null },
): Promise<boolean> => {
  // of two that take it out at once one does
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 5240721))', [shipmentId, rule])
  const { rows } = await tx.query<{ at: Date }>(
    `insert into rule_service (org_id, shipment_id, rule, out_from, out_to, reason, taken_by)
     select s.org_id, s.id, $2::text, date_trunc('milliseconds', now()), $5::timestamptz, $3::text, $4::uuid
     from shipments s where s.id = $1::uuid and not exists (
       select from rule_service o where o.shipment_id = s.id and o.rule = $2::text and (o.out_to is null or o.out_to > now()))
     on conflict (shipment_id, rule) where out_to is null do nothing returning out_from as at`,
    [shipmentId, rule, reason, personId, until === null ? null : new Date(until)],
  )
  const at = rows[0]?.at
  if (at === undefined) return false
  await refoldFrom(tx, orgId, shipmentId, at)
  return true
}

/** Puts it back: the present condition decides from now on. False when it is not out of service. */
export const putBack = async (tx: Tx, { orgId, personId }: Who, shipmentId: string, rule: RuleId): Promise<boolean> => {
  const { rows } = await tx.query<{ at: Date }>(
    `update rule_service set out_to = date_trunc('milliseconds', now()), put_back_by = $3::uuid
     where shipment_id = $1::uuid and rule = $2::text and (out_to is null or out_to > now()) returning out_to as at`,
    [shipmentId, rule, personId],
  )
  const at = rows[0]?.at
  if (at === undefined) return false
  await refoldFrom(tx, orgId, shipmentId, at)
  return true
}
