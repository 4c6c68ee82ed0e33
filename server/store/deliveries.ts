import type { Alarm, Priority } from '../model/alarm.ts'
import { type ChannelKind, EventPayload, type MessageLanguage, type Problem } from '../model/notification.ts'
import type { ResponseCard } from '../model/record.ts'
import { inTransaction, type Pool, type Tx } from './pool.ts'

type Secret = {
  url?: string | undefined
  key?: string | undefined
  oldKey?: string | undefined
  oldKeyUntil?: number | undefined
  to?: string[] | undefined
}
export type TargetRow = {
  id: string
  kind: ChannelKind
  name: string
  language: MessageLanguage
  origin: string
  perMinute: number
  secret: Secret
}
const TARGET = 'id, kind, name, language, origin, per_minute as "perMinute", secret'

/** Longer than one turn with a receiver that answers nothing: what a server that died held is then another's. */
const CLAIM = '3 minutes'
/** How soon what was held back (shelved, suppressed) is looked at again. */
const HOLD = '15 seconds'
const MOST_DUE = 2_000

/** Claims at most `most` channels that have something due, so that each is spoken to by one server at a time. */
export const claimChannels = async (pool: Pool, most: number): Promise<TargetRow[]> => {
  const { rows } = await pool.query<TargetRow>({
    name: 'claim-channels',
    text: `update channels set busy_until = now() + $2::interval, busy_by = database_session() where id in (
       select c.id from channels c
       where c.enabled and c.removed_at is null and c.secret is not null and (c.busy_until is null or c.busy_until <= now())
         and exists (select from notifications n where n.channel_id = c.id and n.state = 'waiting' and n.lead_id is null
           and n.next_attempt_at <= now())
       order by c.busy_until nulls first for update skip locked limit $1::integer)
     returning ${TARGET}`,
    values: [most, CLAIM],
  })
  return rows
}

/**
 * Lets go of channels that this server has claimed and does not speak to (`talking` are those that it does): the database
 * was away when it was done with them. What it had begun to tell there is due again, under the same key.
 */
export const forgoChannels = async (pool: Pool, talking: readonly string[]): Promise<void> => {
  await pool.query({
    name: 'forgo-channels',
    text: `with freed as (
         update channels set busy_until = null, busy_by = null where busy_by = database_session() and id <> all($1::uuid[])
         returning id)
       update notifications n set next_attempt_at = now() from freed
       where n.channel_id = freed.id and n.state = 'waiting' and n.next_attempt_at = n.tried_at + $2::interval`,
    values: [talking, CLAIM],
  })
}

/** Lets others speak to it, at once or after `ms`. */
export const releaseChannel = async (pool: Pool, id: string, ms: number): Promise<void> => {
  await pool.query(
    `update channels set busy_until = now() + make_interval(secs => $2::float8), busy_by = null
     where id = $1::uuid and busy_by is not distinct from database_session()`,
    [id, ms / 1000],
  )
}

export const readTarget = async (pool: Pool, orgId: string, id: string): Promise<TargetRow | null> => {
  const { rows } = await pool.query<TargetRow>(
    `select ${TARGET} from channels where id = $1::uuid and org_id = $2::uuid and removed_at is null`,
    [id, orgId],
  )
  return rows[0] ?? null
}

type DueRow = {
  id: string
  kind: string
  priority: Priority
  language: MessageLanguage
  digest: boolean
  attempts: number
  leadId: string | null
  createdAt: string
  verdict: string
  payload: unknown
  alarm: Alarm | null
  together: Alarm[]
  shipment: Shipment | null
  position: { lat: number; lon: number; at: string } | null
}
type Shipment = {
  id: string
  reference: string
  substance: string
  substanceZh: string | null
  un: string | null
  origin: { name?: string }
  destination: { name?: string }
  eta: string
  phase: string
  card: ResponseCard | null
  contacts: { name: string; phone?: string; role?: string }[]
}

const dueOf = async (tx: Tx, channelId: string): Promise<DueRow[]> => {
  const { rows } = await tx.query<DueRow>({
    name: 'due-notifications',
    text: `with due as materialized (
       select n.id from notifications n
       where n.channel_id = $1::uuid and n.state = 'waiting' and (
         (n.lead_id is null and n.next_attempt_at <= now())
         or exists (select from notifications l where l.id = n.lead_id and l.state = 'waiting' and l.next_attempt_at <= now()))
       order by priority_rank(n.priority), n.created_at limit $2::integer)
     select n.id, n.kind, coalesce(a.priority, n.priority) as priority, n.language, n.digest, n.attempts, n.lead_id as "leadId",
       iso(n.created_at) as "createdAt", notification_verdict(n) as verdict, n.payload,
       (select d.alarm from alarm_details d where d.id = n.alarm_id) as alarm,
       (select coalesce(jsonb_agg(d.alarm order by priority_rank(d.priority), d.onset, d.id), '[]') from alarm_details d
        where a.group_key is not null and d.org_id = a.org_id and d.group_key = a.group_key and d.rule = a.rule and d.open and d.cleared_at is null
          and (d.shelved_until is null or d.shelved_until <= now())) as together,
       case when s.id is not null then jsonb_build_object('id', s.id, 'reference', s.reference, 'substance', m.name,
         'substanceZh', m.name_zh, 'un', m.un, 'origin', s.origin, 'destination', s.destination, 'eta', iso(s.eta),
         'phase', s.phase, 'card', m.response_card, 'contacts', s.contacts) end as shipment,
       case when p.lat is not null then jsonb_build_object('lat', p.lat, 'lon', p.lon, 'at', iso(p.time)) end as position
     from due join notifications n on n.id = due.id
     left join alarms a on a.id = n.alarm_id
     left join shipments s on s.id = n.shipment_id
     left join substances m on m.id = s.substance_id
     left join lateral (
       select r.lat, r.lon, r.time from (
         select x.lat, x.lon, x.time from readings x
         where x.device_id = a.device_id and x.time > now() - interval '2 days' order by x.time desc limit 200) r
       where r.lat is not null and r.lon is not null order by r.time desc limit 1
     ) p on true
     order by priority_rank(n.priority), n.created_at`,
    values: [channelId, MOST_DUE],
  })
  return rows
}

/** What is not to be told now: held back for a while, or dropped for good with its reason. */
const setAside = async (tx: Tx, rows: readonly DueRow[]): Promise<void> => {
  const aside = rows.filter(({ verdict }) => verdict !== 'send')
  if (aside.length === 0) return
  await tx.query(
    `update notifications n set state = case t.verdict when 'hold' then 'waiting' else 'dropped' end,
       settled_at = case t.verdict when 'hold' then null else now() end, problem = nullif(t.verdict, 'hold'), detail = null,
       lead_id = null, next_attempt_at = now() + $3::interval
     from unnest($1::uuid[], $2::text[]) as t (id, verdict) where n.id = t.id`,
    [aside.map(({ id }) => id), aside.map(({ verdict }) => verdict), HOLD],
  )
  // a message that has lost its lead comes apart
  await tx.query(
    `update notifications set lead_id = null, next_attempt_at = now() where state = 'waiting' and lead_id = any($1::uuid[])`,
    [aside.map(({ id }) => id)],
  )
}

export type Taken = {
  dues: {
    id: string
    priority: Priority
    language: MessageLanguage
    digest: boolean
    attempts: number
    createdAt: string
    leadId: string | null
  }[]
  facts: Map<
    string,
    Omit<DueRow, 'payload' | 'verdict' | 'digest' | 'attempts' | 'leadId'> & {
      minutes: number | null
      event: EventPayload
    }
  >
  /** messages to this channel in the last minute */
  sentLately: number
}

/** What a claimed channel has to be told now, as things stand now. */
export const takeDue = (pool: Pool, channelId: string): Promise<Taken> =>
  inTransaction(pool, async (tx) => {
    const rows = await dueOf(tx, channelId)
    await setAside(tx, rows)
    const { rows: lately } = await tx.query<{ n: number }>(
      `select count(*)::integer as n from notifications
       where channel_id = $1::uuid and lead_id is null and tried_at > now() - interval '1 minute'`,
      [channelId],
    )
    const gone = new Set(rows.filter(({ verdict }) => verdict !== 'send').map(({ id }) => id))
    // those whose lead has just gone are due by themselves at the next turn
    const kept = rows.filter(({ id, leadId }) => !gone.has(id) && (leadId === null || !gone.has(leadId)))
    const facts: Taken['facts'] = new Map()
    for (const { payload, verdict: _verdict, digest: _digest, attempts: _attempts, leadId: _lead, ...row } of kept) {
      const minutes = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'minutes') : null
      const event = EventPayload.safeParse(payload)
      facts.set(row.id, {
        ...row,
        minutes: typeof minutes === 'number' ? minutes : null,
        event: event.success ? event.data : { priority: row.priority },
      })
    }
    const dues = kept.map(({ id, priority, language, digest, attempts, createdAt, leadId }) => ({
      id,
      priority,
      language,
      digest,
      attempts,
      createdAt,
      leadId,
    }))
    return { dues, facts, sentLately: lately[0]?.n ?? 0 }
  })

/** Said before it is sent: whoever dies in between has tried, and it goes again under the same key in the same company. */
export const beginMessage = async (pool: Pool, leadId: string, ids: readonly string[]): Promise<void> => {
  await pool.query({
    name: 'begin-message',
    text: `update notifications set lead_id = case when id = $1::uuid then null else $1::uuid end, attempts = attempts + 1,
       tried_at = now(), next_attempt_at = now() + $3::interval
     where id = any($2::uuid[]) and state = 'waiting'`,
    values: [leadId, ids, CLAIM],
  })
}

export type Settlement =
  | { ok: true; warning?: string }
  | { ok: false; problem: Problem; detail: string; waitMs?: number }

/** What became of a message. `delaysMs`: how long until the next try after each failed one; when they run out it is given up. */
export const settleMessage = (
  pool: Pool,
  {
    channelId,
    ids,
    outcome,
    delaysMs,
  }: { channelId: string; ids: readonly string[]; outcome: Settlement; delaysMs: readonly number[] },
): Promise<void> =>
  inTransaction(pool, async (tx) => {
    if (outcome.ok) {
      await tx.query(
        `update notifications set state = 'sent', settled_at = now(), problem = null, detail = $2::text where id = any($1::uuid[])`,
        [ids, outcome.warning ?? null],
      )
      await tx.query(
        `update channels set last_sent_at = now(), failing_since = null, last_problem = null, last_detail = $2::text where id = $1::uuid`,
        [channelId, outcome.warning ?? null],
      )
      return
    }
    await tx.query(
      `update notifications set problem = $2::text, detail = $3::text,
         state = case when attempts > cardinality($4::float8[]) then 'dead' else 'waiting' end,
         settled_at = case when attempts > cardinality($4::float8[]) then now() end,
         next_attempt_at = now() + make_interval(secs => greatest(($4::float8[])[least(attempts, cardinality($4::float8[]))], $5::float8) / 1000)
       where id = any($1::uuid[])`,
      [ids, outcome.problem, outcome.detail, delaysMs, outcome.waitMs ?? 0],
    )
    await tx.query(
      `update channels set failing_since = coalesce(failing_since, now()), last_problem = $2::text, last_detail = $3::text where id = $1::uuid`,
      [channelId, outcome.problem, outcome.detail],
    )
  })

/** Takes the next step of each alarm that nobody has answered in time; one server at a time. How many. */
export const escalateAlarms = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ taken: number }>('select escalate_alarms() as taken')
  return rows[0]?.taken ?? 0
}
