import type { Priority } from '../model/alarm.ts'
import type { Hours, MessageLanguage } from '../model/notification.ts'
import { inTransaction, type Pool, type Tx } from './pool.ts'

/** An event as one organisation is concerned by it. */
type EventRow = {
  id: string
  key: string
  kind: string
  payload: unknown
  orgId: string
  owner: boolean
  alarmId: string | null
  priority: Priority
  quiet: boolean
  shipmentId: string | null
  phase: string | null
  substanceId: string | null
}
type RuleRow = {
  orgId: string
  channelId: string
  channelLanguage: MessageLanguage
  kinds: string[]
  priorities: string[]
  phases: string[] | null
  shipmentIds: string[] | null
  substanceIds: string[] | null
  hours: Hours | null
  language: MessageLanguage | null
  digestMinutes: number
}
/** To which channels an event goes, and when (epoch ms): `notify/routing.ts`. */
export type Decide = (
  event: EventRow,
  rules: readonly RuleRow[],
  now: number,
) => { channelId: string; language: MessageLanguage; digest: boolean; dueAt: number }[]

/** Everybody who has a part in the shipment of an alarm is concerned by it; by anything else, an order line's included, its own organisation. */
const concerned = async (tx: Tx, ids: readonly string[]): Promise<EventRow[]> => {
  const { rows } = await tx.query<EventRow>(
    `select o.id::text, o.key, o.kind, o.payload, coalesce(v.org_id, o.org_id) as "orgId",
       coalesce(v.org_id, o.org_id) = o.org_id as owner, a.id as "alarmId",
       coalesce(a.priority, case when priority_rank(o.payload ->> 'priority') is not null then o.payload ->> 'priority' end, 'medium') as priority,
       coalesce((select d.quiet from alarm_details d where d.id = a.id), false) as quiet,
       s.id as "shipmentId", s.phase, coalesce(s.substance_id, l.substance_id) as "substanceId"
     from outbox o
     cross join lateral (select case when o.payload ->> 'id' ~ '^[0-9a-f-]{36}$' and (o.kind like 'alarm-%' or o.payload ? 'group') then (o.payload ->> 'id')::uuid end as alarm,
       case when o.payload ->> 'shipmentId' ~ '^[0-9a-f-]{36}$' then (o.payload ->> 'shipmentId')::uuid end as shipment) given
     left join alarms a on a.id = given.alarm
     left join shipments s on s.id = coalesce(a.shipment_id, given.shipment)
     left join order_lines l on l.order_id = a.order_id and l.line = a.line
     left join shipment_access v on v.shipment_id = s.id and a.id is not null
     where o.id = any($1::bigint[]) order by o.id`,
    [ids],
  )
  return rows
}

const rulesOf = async (tx: Tx, orgIds: readonly string[]): Promise<RuleRow[]> => {
  const { rows } = await tx.query<RuleRow>(
    `select r.org_id as "orgId", c.id as "channelId", c.language as "channelLanguage", r.kinds, r.priorities, r.phases,
       r.shipment_ids as "shipmentIds", r.substance_ids as "substanceIds", r.hours, r.language, r.digest_minutes as "digestMinutes"
     from notification_rules r join channels c on c.id = r.channel_id and c.removed_at is null
     where r.enabled and c.enabled and r.org_id = any($1::uuid[])`,
    [orgIds],
  )
  return rows
}

type Placed = { event: EventRow; channelId: string | null; language: MessageLanguage; digest: boolean; dueAt: number }

/** Who was not told of an alarm is not told that it is over. */
const place = async (tx: Tx, placed: readonly Placed[]): Promise<void> => {
  if (placed.length === 0) return
  await tx.query({
    name: 'place-notifications',
    text: `insert into notifications (org_id, key, kind, priority, channel_id, alarm_id, shipment_id, payload, language, digest,
       next_attempt_at, state)
     select t.org_id, t.key, t.kind, t.priority, t.channel_id, t.alarm_id, t.shipment_id, t.payload, t.language, t.digest, t.due_at,
       case when t.channel_id is null then 'untold' else 'waiting' end
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::jsonb[], $9::text[],
       $10::boolean[], $11::timestamptz[])
       as t (org_id, key, kind, priority, channel_id, alarm_id, shipment_id, payload, language, digest, due_at)
     where t.kind <> 'alarm-cleared' or exists (
       select from notifications m where m.alarm_id = t.alarm_id and m.channel_id = t.channel_id and m.kind <> t.kind
         and m.state in ('waiting', 'sent'))
     on conflict do nothing`,
    values: [
      placed.map(({ event }) => event.orgId),
      placed.map(({ event }) => event.key),
      placed.map(({ event }) => event.kind),
      placed.map(({ event }) => event.priority),
      placed.map(({ channelId }) => channelId),
      placed.map(({ event }) => event.alarmId),
      placed.map(({ event }) => event.shipmentId),
      placed.map(({ event }) => JSON.stringify(event.alarmId === null ? event.payload : {})),
      placed.map(({ language }) => language),
      placed.map(({ digest }) => digest),
      placed.map(({ dueAt }) => new Date(dueAt)),
    ],
  })
}

/**
 * Takes events out of the outbox and puts down, in the same transaction, whom each is to be told; so each is routed once,
 * by whichever server is first. Where no rule leads anywhere, its owner's list says that nobody was told. How many.
 */
export const routeEvents = (pool: Pool, decide: Decide, most: number): Promise<number> =>
  inTransaction(pool, async (tx) => {
    const { rows: taken } = await tx.query<{ id: string; now: number }>({
      name: 'take-events',
      text: `select id::text, extract(epoch from now())::float8 * 1000 as now from outbox where sent_at is null and next_attempt_at <= now() order by id for update skip locked limit $1::integer`,
      values: [most],
    })
    const [first] = taken
    if (first === undefined) return 0
    // the database's clock, by which it is due: a server that is ahead must not hold an alarm back by so much
    const { now } = first
    const ids = taken.map(({ id }) => id)
    const events = await concerned(tx, ids)
    const rules = await rulesOf(tx, [...new Set(events.map(({ orgId }) => orgId))])
    const placed = events.flatMap((event): Placed[] => {
      const own = rules.filter(({ orgId }) => orgId === event.orgId)
      const routed = decide(event, own, now).map((to) => ({ event, ...to }))
      if (routed.length > 0 || !event.owner || event.quiet || event.kind === 'alarm-cleared') return routed
      return [{ event, channelId: null, language: 'en', digest: false, dueAt: now }]
    })
    await place(tx, placed)
    await tx.query('update outbox set sent_at = now(), attempts = attempts + 1 where id = any($1::bigint[])', [ids])
    return taken.length
  })
