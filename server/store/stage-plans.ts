import type { OwnStage, StagePlan, StagePlanSet } from '../model/stage-plan.ts'
import { stagesFor } from '../orders/plan.ts'
import type { Tx } from './pool.ts'

/** What a new line gets that names no stages. */
export const defaultStages = stagesFor

/** The stages that the organisation of `tx` has named itself. */
export const listOwnStages = async (tx: Tx): Promise<OwnStage[]> => {
  const { rows } = await tx.query<OwnStage>(
    'select stage, name, name_zh as "nameZh" from own_stages where org_id = app_org() order by stage',
  )
  return rows
}

/** Names a stage, or names it anew; whether anything changed. */
export const nameStage = async (tx: Tx, orgId: string, { stage, name, nameZh }: OwnStage): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `insert into own_stages (org_id, stage, name, name_zh) values ($1::uuid, $2::text, $3::text, $4::text)
     on conflict (org_id, stage) do update set name = excluded.name, name_zh = excluded.name_zh
     where (own_stages.name, own_stages.name_zh) is distinct from (excluded.name, excluded.name_zh)`,
    [orgId, stage, name, nameZh],
  )
  return rowCount === 1
}

type Row = Omit<StagePlan, 'createdAt'> & { createdAt: Date }

/** The plans that hold now. */
export const listPlans = async (tx: Tx): Promise<StagePlan[]> => {
  const { rows } = await tx.query<Row>(
    `select p.id, p.family, p.supplier_id as "supplierId", o.name as "supplierName", p.stages, p.created_at as "createdAt"
     from stage_plans p left join organisations o on o.id = p.supplier_id
     where p.org_id = app_org() and p.ended_at is null order by p.family nulls last, o.name nulls last`,
  )
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}

/** Sets the plan for a family and a supplier; the one that held ends and stays. Answers the new one's id. */
export const setPlan = async (tx: Tx, orgId: string, plan: StagePlanSet): Promise<string> => {
  const of = [orgId, plan.family ?? null, plan.supplierId ?? null]
  await tx.query(
    `update stage_plans set ended_at = now() where org_id = $1::uuid and ended_at is null
       and family is not distinct from $2::text and supplier_id is not distinct from $3::uuid`,
    of,
  )
  const stages = plan.stages.map(({ stage, weight = 1, usualDays = null }) => ({ stage, weight, usualDays }))
  const { rows } = await tx.query<{ id: string }>(
    `insert into stage_plans (org_id, family, supplier_id, stages) values ($1::uuid, $2::text, $3::uuid, $4::jsonb) returning id`,
    [...of, JSON.stringify(stages)],
  )
  return rows[0]?.id ?? ''
}

/** Ends a plan; what it was for, or null where none of this id holds. Lines that were made by it keep their stages. */
export const endPlan = async (tx: Tx, id: string): Promise<{ family: string | null } | null> => {
  const { rows } = await tx.query<{ family: string | null }>(
    'update stage_plans set ended_at = now() where id = $1::uuid and org_id = app_org() and ended_at is null returning family',
    [id],
  )
  return rows[0] ?? null
}

/** The family that the organisation of `tx` gave its newest line of each of these substances. */
export const familiesOf = async (tx: Tx, substanceIds: readonly string[]): Promise<Map<string, string>> => {
  const { rows } = await tx.query<{ substance_id: string; family: string }>(
    `select distinct on (l.substance_id) l.substance_id, l.family from order_lines l join orders o on o.id = l.order_id
     where l.org_id = app_org() and l.family is not null and l.substance_id = any ($1::uuid[])
     order by l.substance_id, o.created_at desc, o.id`,
    [[...new Set(substanceIds)]],
  )
  return new Map(rows.map(({ substance_id, family }) => [substance_id, family]))
}
