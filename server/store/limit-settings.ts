import type { Limits } from '../model/limits.ts'
import type { LimitKey } from '../model/record.ts'
import { type DerivedLimits, derivedLimits } from '../rules/derived-limits.ts'
import { type InForce, limitsInForce, listed, type OwnLimit } from '../rules/limits-in-force.ts'
import type { Tx } from './pool.ts'
import { limitRecords } from './record.ts'
import { type Setting, setLimits } from './versions.ts'

type SettingRow = Pick<OwnLimit, 'measure' | 'side' | 'setBy' | 'reason'> & {
  value: number | null
  loosens: number | null
  consentBy: string
}

/**
 * What people have set on a shipment, by side the newest, or the newest up to a moment. Partners learn which organisation
 * set it, but neither who of it nor why; a share link not even that.
 */
export const ownLimits = async (tx: Tx, shipmentId: string, upTo: Date | null = null): Promise<OwnLimit[]> => {
  const { rows } = await tx.query<SettingRow>(
    `select distinct on (measure, side) measure, side, value, loosens,
       case when app_shipment() is not null then null when org_id = app_org() then name_of_person(set_by)
         else (select o.name from organisations o where o.id = org_id) end as "setBy",
       case when app_shipment() is null and org_id = app_org() then reason end as reason,
       coalesce(case when app_shipment() is null and org_id = app_org() then name_of_person(consent_by) end, 'a second person') as "consentBy"
     from limit_settings
     -- a Date has lost the microseconds of the moment that it was read from
     where shipment_id = $1::uuid and ($2::timestamptz is null or set_at < $2::timestamptz + interval '1 ms')
     order by measure, side, id desc`,
    [shipmentId, upTo],
  )
  return rows.flatMap(({ value, loosens, consentBy, ...row }) =>
    value === null ? [] : [{ ...row, value, consent: loosens === null ? null : { by: consentBy, loosens } }],
  )
}

export type NewSetting = LimitKey & {
  /** null takes it back */
  value: number | null
  reason: string | null
  /** the derived limit that it goes beyond, and who agreed to that */
  consent: { personId: string; loosens: number } | null
}

export const addSettings = async (
  tx: Tx,
  { shipmentId, personId }: Pick<Setting, 'shipmentId' | 'personId'>,
  settings: readonly NewSetting[],
): Promise<void> => {
  if (settings.length === 0) return
  await tx.query(
    `insert into limit_settings (org_id, shipment_id, measure, side, value, reason, loosens, set_by, consent_by)
     select s.org_id, s.id, n.measure, n.side, n.value, n.reason, n.loosens, $2::uuid, n.consent_by
     from shipments s,
       unnest($3::text[], $4::text[], $5::double precision[], $6::text[], $7::double precision[], $8::uuid[])
         as n (measure, side, value, reason, loosens, consent_by)
     where s.id = $1::uuid`,
    [
      shipmentId,
      personId,
      settings.map(({ measure }) => measure),
      settings.map(({ side }) => side),
      settings.map(({ value }) => value),
      settings.map(({ reason }) => reason),
      settings.map(({ consent }) => consent?.loosens ?? null),
      settings.map(({ consent }) => consent?.personId ?? null),
    ],
  )
}

/** Puts these in the place of all that people have set; what stays as it was keeps its reason and consent. */
export const replaceOwnLimits = async (
  tx: Tx,
  setting: Pick<Setting, 'shipmentId' | 'personId'>,
  limits: Limits,
): Promise<void> => {
  const before = await ownLimits(tx, setting.shipmentId)
  const after = listed(limits)
  const isSame = (a: LimitKey, b: LimitKey): boolean => a.measure === b.measure && a.side === b.side
  const bare = { reason: null, consent: null }
  await addSettings(tx, setting, [
    ...after
      .filter((limit) => !before.some((own) => isSame(own, limit) && own.value === limit.value))
      .map((limit) => ({ ...limit, ...bare })),
    ...before
      .filter((own) => !after.some((limit) => isSame(own, limit)))
      .map(({ measure, side }) => ({ measure, side, value: null, ...bare })),
  ])
}

export type Sources = InForce & { derived: DerivedLimits }

/** Which limits count on a shipment and why, as its record and its people have them now; null where it is not seen. */
export const limitSources = async (tx: Tx, shipmentId: string): Promise<Sources | null> => {
  const record = (await limitRecords(tx, [shipmentId])).get(shipmentId)
  if (record === undefined) return null
  const derived = derivedLimits(record)
  return { derived, ...limitsInForce(derived.limits, await ownLimits(tx, shipmentId)) }
}

/**
 * Writes what counts now as a version of the shipment's limits, unless the version in force says just that. Resolves to
 * the time from which it holds, epoch ms, or null where nothing changed.
 */
export const keepLimits = async (tx: Tx, setting: Setting): Promise<number | null> => {
  const sources = await limitSources(tx, setting.shipmentId)
  if (sources === null) return null
  const { rows } = await tx.query<{ same: boolean }>(
    `select l.limits = $2::jsonb as same from shipment_limits l where l.shipment_id = $1::uuid and l.valid_from <= now()
     order by l.valid_from desc, l.id desc limit 1`,
    [setting.shipmentId, JSON.stringify(sources.effective)],
  )
  if (rows[0]?.same === true) return null
  return setLimits(tx, setting, sources.effective)
}
