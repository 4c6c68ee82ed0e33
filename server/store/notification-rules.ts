import type { z } from 'zod'
import type { EscalationStep, NotificationRule, RuleBody, StepBody } from '../model/notification.ts'
import type { Tx } from './pool.ts'

const RULE = `id, channel_id as "channelId", enabled, kinds, priorities, phases, shipment_ids as "shipmentIds",
  substance_ids as "substanceIds", hours, language, digest_minutes as "digestMinutes", iso(created_at) as "createdAt"`
const STEP = `id, channel_id as "channelId", after, minutes, priorities, iso(created_at) as "createdAt"`

/** In the order in which they were made; there are few. */
export const listRules = async (tx: Tx): Promise<NotificationRule[]> => {
  const { rows } = await tx.query<NotificationRule>(
    `select ${RULE} from notification_rules order by created_at, id limit 500`,
  )
  return rows
}

export const readRule = async (tx: Tx, id: string): Promise<NotificationRule | null> => {
  const { rows } = await tx.query<NotificationRule>(`select ${RULE} from notification_rules where id = $1::uuid`, [id])
  return rows[0] ?? null
}

/** Makes a rule, or with `id` puts another in its place. */
export const saveRule = async (
  tx: Tx,
  id: string | null,
  body: z.infer<typeof RuleBody>,
): Promise<NotificationRule> => {
  const { rows } = await tx.query<NotificationRule>(
    `insert into notification_rules (id, org_id, channel_id, enabled, kinds, priorities, phases, shipment_ids, substance_ids, hours,
       language, digest_minutes)
     values (coalesce($1::uuid, gen_random_uuid()), app_org(), $2::uuid, $3::boolean, $4::text[], $5::text[], $6::text[], $7::uuid[],
       $8::uuid[], $9::jsonb, $10::text, $11::integer)
     on conflict (id) do update set channel_id = excluded.channel_id, enabled = excluded.enabled, kinds = excluded.kinds,
       priorities = excluded.priorities, phases = excluded.phases, shipment_ids = excluded.shipment_ids,
       substance_ids = excluded.substance_ids, hours = excluded.hours, language = excluded.language,
       digest_minutes = excluded.digest_minutes
     returning ${RULE}`,
    [
      id,
      body.channelId,
      body.enabled,
      body.kinds,
      body.priorities,
      body.phases,
      body.shipmentIds,
      body.substanceIds,
      body.hours === null ? null : JSON.stringify(body.hours),
      body.language,
      body.digestMinutes,
    ],
  )
  const [saved] = rows
  if (saved === undefined) throw new Error('an insert returned no row')
  return saved
}

export const removeRule = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('delete from notification_rules where id = $1::uuid', [id])
  return rowCount === 1
}

/** Of these ids, the one that the organisation does not see. */
export const unseen = async (
  tx: Tx,
  table: 'shipments' | 'substances',
  ids: readonly string[] | null,
): Promise<string | null> => {
  if (ids === null) return null
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from unnest($1::uuid[]) as t (id) where not exists (select from ${table} x where x.id = t.id) limit 1`,
    [ids],
  )
  return rows[0]?.id ?? null
}

export const listSteps = async (tx: Tx): Promise<EscalationStep[]> => {
  const { rows } = await tx.query<EscalationStep>(
    `select ${STEP} from escalation_steps order by after desc, minutes, id limit 500`,
  )
  return rows
}

export const makeStep = async (tx: Tx, body: z.infer<typeof StepBody>): Promise<EscalationStep> => {
  const { rows } = await tx.query<EscalationStep>(
    `insert into escalation_steps (org_id, channel_id, after, minutes, priorities)
     values (app_org(), $1::uuid, $2::text, $3::integer, $4::text[]) returning ${STEP}`,
    [body.channelId, body.after, body.minutes, body.priorities],
  )
  const [made] = rows
  if (made === undefined) throw new Error('an insert returned no row')
  return made
}

export const removeStep = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('delete from escalation_steps where id = $1::uuid', [id])
  return rowCount === 1
}
