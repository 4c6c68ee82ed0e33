import type { AlarmAction as Action, Alarm } from '../model/alarm.ts'
import type { Tx } from './pool.ts'
import type { Part } from './shipments.ts'

/** Where an alarm stands in the list: when it was raised in µs since 1970 (a Date would lose the last digits), and its id. */
export type AlarmPosition = readonly [raisedUs: string, id: string]
export type AlarmFilter = {
  /** `open` is what still asks for somebody: active, not acknowledged or latched, and not withdrawn */
  state: 'open' | 'all'
  shipmentId?: string | undefined
  /** `id` of one alarm */
  id?: string | undefined
  after?: AlarmPosition | null
  limit?: number
}

/**
 * Alarms that the organisation of `tx` sees, newest first by when they were raised: that never changes, so that one can
 * page through them, while an onset may be amended. How an alarm looks is the view's affair (sql/0005_alarms.sql).
 */
export const readAlarms = async (
  tx: Tx,
  { state, shipmentId, id, after, limit }: AlarmFilter,
): Promise<{ alarm: Alarm; position: AlarmPosition }[]> => {
  const { rows } = await tx.query<{ alarm: Alarm; raised_us: string; id: string }>(
    `select d.alarm, a.id, (extract(epoch from a.raised_at) * 1000000)::bigint::text as raised_us
     from alarms a join alarm_details d on d.id = a.id
     where ($1::boolean or d.open)
       and ($2::uuid is null or a.shipment_id = $2::uuid)
       and ($3::uuid is null or a.id = $3::uuid)
       and ($4::bigint is null or (a.raised_at, a.id)
            < (to_timestamp(0) + $4::bigint * interval '1 microsecond', $5::uuid))
     order by a.raised_at desc, a.id desc limit $6::integer`,
    [state === 'all', shipmentId ?? null, id ?? null, after?.[0] ?? null, after?.[1] ?? null, limit ?? null],
  )
  return rows.map((row) => ({ alarm: row.alarm, position: [row.raised_us, row.id] }))
}

export const readAlarm = async (tx: Tx, id: string): Promise<Alarm | null> =>
  (await readAlarms(tx, { state: 'all', id }))[0]?.alarm ?? null

/** What the organisation of `tx` is to an alarm: its part in the shipment, or its side of the order line; null when it sees none. */
export const partInAlarm = async (tx: Tx, id: string): Promise<Part | null> => {
  const { rows } = await tx.query<{ part: Part }>(
    `select coalesce(v.part, case when a.order_id is null then null when a.org_id = app_org() then 'buyer' else 'supplier' end) as part
     from alarms a left join shipment_access v on v.shipment_id = a.shipment_id and v.org_id = app_org() where a.id = $1::uuid`,
    [id],
  )
  return rows[0]?.part ?? null
}

/** `orgId` is whose person acts, not whose alarm it is. */
type Deed = { orgId: string; personId: string | null; alarmId: string; note: string | null }

const recordAction = async (tx: Tx, action: Action, deed: Deed, until: number | null = null): Promise<void> => {
  await tx.query(
    `insert into alarm_actions (org_id, alarm_id, action, person_id, note, until)
     values ($1::uuid, $2::uuid, $3::text, $4::uuid, $5::text, $6::timestamptz)`,
    [deed.orgId, deed.alarmId, action, deed.personId, deed.note, until === null ? null : new Date(until)],
  )
}

const recordChange = async (tx: Tx, change: Action, alarm: Alarm): Promise<void> => {
  await tx.query(
    `insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
     select org_id, id, shipment_id, $2::text, $3::jsonb from alarms where id = $1::uuid`,
    [alarm.id, change, JSON.stringify(alarm)],
  )
}

/** One action on one alarm at a time, so that two people who acknowledge at once make one acknowledgement. */
const lockAlarm = async (tx: Tx, alarmId: string): Promise<void> => {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1::text, 5240714))', [alarmId])
}

/** Records that somebody has seen it. Again is harmless. Null when the organisation has no such alarm. */
export const acknowledge = async (tx: Tx, deed: Deed): Promise<{ alarm: Alarm; changed: boolean } | null> => {
  await lockAlarm(tx, deed.alarmId)
  const before = await readAlarm(tx, deed.alarmId)
  if (before === null) return null
  if (before.acknowledgedAt !== null) return { alarm: before, changed: false }
  await recordAction(tx, 'acknowledged', deed)
  const alarm = await readAlarm(tx, deed.alarmId)
  if (alarm === null) return null
  await recordChange(tx, 'acknowledged', alarm)
  return { alarm, changed: true }
}

/** Adds a note. Null when the organisation has no such alarm. */
export const comment = async (tx: Tx, deed: Deed): Promise<Alarm | null> => {
  await lockAlarm(tx, deed.alarmId)
  const alarm = await readAlarm(tx, deed.alarmId)
  if (alarm === null) return null
  await recordAction(tx, 'commented', deed)
  await recordChange(tx, 'commented', alarm)
  return alarm
}

/** What became of an action: the alarm as it is now, or why it could not be done. Null: no such alarm is seen. */
export type Acted = { ok: true; alarm: Alarm } | { ok: false; reason: string } | null

/** One action, when `refuse` has nothing against it. */
const act = async (
  tx: Tx,
  action: Action,
  deed: Deed,
  refuse: (alarm: Alarm) => string | null,
  until: number | null = null,
): Promise<Acted> => {
  await lockAlarm(tx, deed.alarmId)
  const before = await readAlarm(tx, deed.alarmId)
  if (before === null) return null
  const reason = refuse(before)
  if (reason !== null) return { ok: false, reason }
  await recordAction(tx, action, deed, until)
  const alarm = await readAlarm(tx, deed.alarmId)
  if (alarm === null) return null
  await recordChange(tx, action, alarm)
  return { ok: true, alarm }
}

/** Takes an alarm out of sight until a moment (epoch ms), with a reason; evaluation goes on underneath. */
export const shelve = (tx: Tx, deed: Deed, until: number): Promise<Acted> =>
  act(
    tx,
    'shelved',
    deed,
    ({ state }) => (state === 'cleared' ? 'This alarm is over: there is nothing to shelve.' : null),
    until,
  )

/** Brings it back before its time. */
export const unshelve = (tx: Tx, deed: Deed): Promise<Acted> =>
  act(tx, 'unshelved', deed, ({ shelvedUntil }) => (shelvedUntil === null ? 'This alarm is not shelved.' : null))

/** Lets go of a latched alarm: only when its condition is over, and somebody has acknowledged it. */
export const reset = (tx: Tx, deed: Deed): Promise<Acted> =>
  act(tx, 'reset', deed, ({ state }) => {
    if (state === 'latched-acknowledged') return null
    if (state === 'latched-unacknowledged') return 'Acknowledge this alarm first, then reset it.'
    return state.startsWith('active')
      ? 'Its condition still holds: it can be reset when that is over.'
      : 'It is not latched.'
  })

export type RecordedAction = { action: Action; by: string | null; note: string | null; at: Date; until: Date | null }

/** What people did about an alarm, oldest first. */
export const alarmActions = async (tx: Tx, alarmId: string): Promise<RecordedAction[]> => {
  const { rows } = await tx.query<RecordedAction>(
    `select x.action, name_of_person(x.person_id) as by, x.note, x.at, x.until from alarm_actions x
     where x.alarm_id = $1::uuid order by x.id`,
    [alarmId],
  )
  return rows
}
