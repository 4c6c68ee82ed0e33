import type { z } from 'zod'
import type { Substance, SubstanceCreate } from '../model/masterdata.ts'
import type { Tx } from './pool.ts'

const COLUMNS = `id, cas, un, name, name_zh as "nameZh", hazard_class as "hazardClass",
  packing_group as "packingGroup", sadt, sapt, liquefied, flash_point as "flashPoint", freezing_point as "freezingPoint",
  control_temperature as "controlTemperature", emergency_temperature as "emergencyTemperature", reactivity,
  reactive_type as "reactiveType", heating_effect as "heatingEffect", antoine, expansion, density_15 as "density15",
  density_50 as "density50", tunnel_code as "tunnelCode", response_card as "responseCard"`

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value))

/** At most `limit` substances of the catalogue and of the organisation, by name, after one of that name and id. */
export const listSubstances = async (
  tx: Tx,
  { after, limit }: { after: readonly [name: string, id: string] | null; limit: number },
): Promise<Substance[]> => {
  const { rows } = await tx.query<Substance>(
    `select ${COLUMNS} from substances
     where (org_id is null or org_id = app_org()) and ($1::text is null or (name, id) > ($1::text, $2::uuid))
     order by name, id limit $3::integer`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows
}

/** One substance; null when the organisation of `tx` sees none of this id: a partner sees those of its shipments. */
export const findSubstance = async (tx: Tx, id: string): Promise<Substance | null> => {
  const { rows } = await tx.query<Substance>(`select ${COLUMNS} from substances where id = $1::uuid`, [id])
  return rows[0] ?? null
}

/** `cas` and `un` in their normal form. Null when the organisation has just this substance. */
export const createSubstance = async (
  tx: Tx,
  orgId: string,
  substance: z.output<typeof SubstanceCreate>,
): Promise<Substance | null> => {
  const { rows } = await tx.query<Substance>(
    `insert into substances (org_id, cas, un, name, name_zh, hazard_class, packing_group, sadt, sapt,
       liquefied, flash_point, freezing_point, control_temperature, emergency_temperature, reactivity, reactive_type,
       heating_effect, antoine, expansion, density_15, density_50, tunnel_code, response_card)
     values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::double precision, $9::double precision,
       $10::boolean, $11::double precision, $12::double precision, $13::double precision, $14::double precision, $15::text,
       $16::text, $17::text, $18::jsonb, $19::double precision, $20::double precision, $21::double precision, $22::text,
       $23::jsonb)
     on conflict (org_id, cas, un, name) do nothing returning ${COLUMNS}`,
    [
      orgId,
      substance.cas,
      substance.un ?? null,
      substance.name,
      substance.nameZh ?? null,
      substance.hazardClass ?? null,
      substance.packingGroup ?? null,
      substance.sadt ?? null,
      substance.sapt ?? null,
      substance.liquefied ?? false,
      substance.flashPoint ?? null,
      substance.freezingPoint ?? null,
      substance.controlTemperature ?? null,
      substance.emergencyTemperature ?? null,
      substance.reactivity ?? null,
      substance.reactiveType ?? null,
      substance.heatingEffect ?? null,
      json(substance.antoine),
      substance.expansion ?? null,
      substance.density15 ?? null,
      substance.density50 ?? null,
      substance.tunnelCode ?? null,
      json(substance.responseCard),
    ],
  )
  return rows[0] ?? null
}

/** One substance of the organisation's own, held until the transaction ends; null where it has none of this id. */
export const readSubstance = async (tx: Tx, id: string): Promise<Substance | null> => {
  const { rows } = await tx.query<Substance>(
    `select ${COLUMNS} from substances where org_id = app_org() and id = $1::uuid for no key update`,
    [id],
  )
  return rows[0] ?? null
}

/** Sets all but what identifies it. */
export const updateSubstance = async (
  tx: Tx,
  substance: { [K in keyof Substance]: Substance[K] | undefined },
): Promise<void> => {
  await tx.query(
    `update substances set name_zh = $2::text, hazard_class = $3::text, packing_group = $4::text, sadt = $5::double precision,
       sapt = $6::double precision, liquefied = $7::boolean, flash_point = $8::double precision,
       freezing_point = $9::double precision, control_temperature = $10::double precision,
       emergency_temperature = $11::double precision, reactivity = $12::text, reactive_type = $13::text,
       heating_effect = $14::text, antoine = $15::jsonb, expansion = $16::double precision,
       density_15 = $17::double precision, density_50 = $18::double precision, tunnel_code = $19::text,
       response_card = $20::jsonb
     where org_id = app_org() and id = $1::uuid`,
    [
      substance.id, substance.nameZh, substance.hazardClass, substance.packingGroup, substance.sadt, substance.sapt,
      substance.liquefied, substance.flashPoint, substance.freezingPoint, substance.controlTemperature,
      substance.emergencyTemperature, substance.reactivity, substance.reactiveType, substance.heatingEffect,
      json(substance.antoine), substance.expansion, substance.density15, substance.density50, substance.tunnelCode,
      json(substance.responseCard),
    ],
  ) // biome-ignore format: the parameters, in their order
}

export type Candidate = {
  id: string
  cas: string
  un: string | null
  name: string
  nameZh: string | null
  own: boolean
}
type Identifiers = { id?: string | undefined; cas?: string | undefined; un?: string | undefined }
type Resolved = { ok: true; id: string } | { ok: false; reason: string }

/** What the organisation of `tx` can name: the catalogue and its own. */
export const substanceCandidates = async (tx: Tx, { id, cas, un }: Identifiers = {}): Promise<Candidate[]> => {
  const { rows } = await tx.query<Candidate>(
    `select id, cas, un, name, name_zh as "nameZh", org_id is not null as own from substances
     where (org_id is null or org_id = app_org())
       and ($1::text is null or cas = $1::text) and ($2::text is null or un = $2::text) and ($3::uuid is null or id = $3::uuid)
     order by un, name`,
    [cas ?? null, un ?? null, id ?? null],
  )
  return rows
}

const describe = ({ id, cas, un, name, own }: Candidate): string =>
  `CAS ${cas}, ${un === null ? 'no UN number' : `UN ${un}`}, ${name} (${own ? 'your own' : 'of the catalogue'}, id ${id})`

/**
 * The one of the candidates that these identifiers (in their normal form) name, or a sentence that says why there is none
 * or more than one. An organisation's own goes before the catalogue's of the same CAS and UN. It does not where they differ:
 * one without a UN number would take the catalogue's hazards away from a shipment, and nobody would be told.
 */
export const pickSubstance = (all: readonly Candidate[], { id, cas, un }: Identifiers): Resolved => {
  const fits = (given: string | undefined, has: string | null): boolean => given === undefined || given === has
  const fitting = all.filter((one) => fits(id, one.id) && fits(cas, one.cas) && fits(un, one.un))
  const own = fitting.filter((one) => one.own)
  const isReplaced = (one: Candidate): boolean =>
    !one.own && own.some((mine) => mine.cas === one.cas && mine.un === one.un)
  const candidates = fitting.filter((one) => !isReplaced(one))
  const [first] = candidates
  if (id !== undefined && first === undefined) return { ok: false, reason: `You have no substance with the id ${id}.` }
  const named = [cas === undefined ? [] : [`CAS ${cas}`], un === undefined ? [] : [`UN ${un}`]].flat().join(' with ')
  if (first === undefined)
    return { ok: false, reason: `${named} is not in the catalogue. Add the substance under /api/v1/substances first.` }
  if (candidates.length > 1)
    return {
      ok: false,
      reason: `${named} can mean ${candidates.length} substances: ${candidates.map(describe).join('; ')}. Name both CAS and UN, or the id.`,
    }
  return { ok: true, id: first.id }
}

/** The same out of the database. */
export const resolveSubstance = async (tx: Tx, identifiers: Identifiers): Promise<Resolved> =>
  pickSubstance(await substanceCandidates(tx, identifiers), identifiers)
