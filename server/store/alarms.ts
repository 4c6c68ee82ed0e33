import type { z } from 'zod'
import type { Alarm, AlarmState, Cause, Priority, RuleId } from '../model/alarm.ts'
import type { Tx } from './pool.ts'

/** An alarm with the names that people know things by, and who acknowledged it. */
export type AlarmRow = {
  id: string
  shipment_id: string
  shipment_reference: string
  device_code: string
  rule: RuleId
  priority: z.infer<typeof Priority>
  onset: Date
  cleared_at: Date | null
  value: number
  peak: number
  limit_value: number
  cause: z.infer<typeof Cause> | null
  retrospective: boolean
  void: boolean
  explanation: string
  acknowledged_by: string | null
  acknowledged_at: Date | null
  /** µs since 1970: where it stands in the list; a Date would lose the last digits */
  raised_us: string
}

/** From the condition (what the data says) and the actions (what people did). What is void is over. */
const stateOf = (over: boolean, acknowledged: boolean): AlarmState => {
  if (over) return acknowledged ? 'cleared' : 'cleared-unacknowledged'
  return acknowledged ? 'active-acknowledged' : 'active-unacknowledged'
}

export const alarmView = (row: AlarmRow): Alarm => ({
  id: row.id,
  shipmentId: row.shipment_id,
  shipmentReference: row.shipment_reference,
  deviceId: row.device_code,
  rule: row.rule,
  priority: row.priority,
  state: row.void ? 'cleared' : stateOf(row.cleared_at !== null, row.acknowledged_at !== null),
  onset: row.onset.toISOString(),
  clearedAt: row.cleared_at?.toISOString() ?? null,
  value: row.value,
  peak: row.peak,
  limit: row.limit_value,
  cause: row.cause,
  retrospective: row.retrospective,
  void: row.void,
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  explanation: row.explanation,
})

const SELECT = `
  select a.id, a.shipment_id, s.reference as shipment_reference, d.code as device_code, a.rule, a.priority, a.onset,
    a.cleared_at, a.value, a.peak, a.limit_value, a.cause, a.retrospective, a.void, a.explanation,
    ack.name as acknowledged_by, ack.at as acknowledged_at,
    (extract(epoch from a.raised_at) * 1000000)::bigint::text as raised_us
  from alarms a
  join shipments s on s.id = a.shipment_id
  join devices d on d.id = a.device_id
  left join lateral (
    select coalesce(p.name, '') as name, x.at from alarm_actions x left join people p on p.id = x.person_id
    where x.alarm_id = a.id and x.action = 'acknowledged' order by x.id limit 1
  ) ack on true`

export type AlarmPosition = readonly [raisedUs: string, id: string]
export type AlarmFilter = {
  /** `open` is what still asks for somebody: active, or not acknowledged, and not withdrawn */
  state: 'open' | 'all'
  shipmentId?: string | undefined
  /** `id` of one alarm */
  id?: string | undefined
  after?: AlarmPosition | null
  limit?: number
}

/** Alarms that the organisation of `tx` sees, newest first by when they were raised; a stable order to page through. */
export const readAlarms = async (
  tx: Tx,
  { state, shipmentId, id, after, limit }: AlarmFilter,
): Promise<{ alarm: Alarm; position: AlarmPosition }[]> => {
  const { rows } = await tx.query<AlarmRow>(
    `${SELECT}
     where ($1::boolean or (not a.void and (a.cleared_at is null or ack.at is null)))
       and ($2::uuid is null or a.shipment_id = $2::uuid)
       and ($3::uuid is null or a.id = $3::uuid)
       and ($4::bigint is null or (a.raised_at, a.id)
            < (to_timestamp(0) + $4::bigint * interval '1 microsecond', $5::uuid))
     order by a.raised_at desc, a.id desc limit $6::integer`,
    [state === 'all', shipmentId ?? null, id ?? null, after?.[0] ?? null, after?.[1] ?? null, limit ?? null],
  )
  return rows.map((row) => ({ alarm: alarmView(row), position: [row.raised_us, row.id] }))
}

export const readAlarm = async (tx: Tx, id: string): Promise<Alarm | null> =>
  (await readAlarms(tx, { state: 'all', id }))[0]?.alarm ?? null

type Deed = { orgId: string; personId: string; alarmId: string; note: string | null }

const recordAction = async (tx: Tx, action: 'acknowledged' | 'commented', deed: Deed): Promise<void> => {
  await tx.query(
    `insert into alarm_actions (org_id, alarm_id, action, person_id, note)
     values ($1::uuid, $2::uuid, $3::text, $4::uuid, $5::text)`,
    [deed.orgId, deed.alarmId, action, deed.personId, deed.note],
  )
}

const recordChange = async (
  tx: Tx,
  change: 'acknowledged' | 'commented',
  orgId: string,
  alarm: Alarm,
): Promise<void> => {
  await tx.query(
    `insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
     values ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::jsonb)`,
    [orgId, alarm.id, alarm.shipmentId, change, JSON.stringify(alarm)],
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
  await recordChange(tx, 'acknowledged', deed.orgId, alarm)
  return { alarm, changed: true }
}

/** Adds a note. Null when the organisation has no such alarm. */
export const comment = async (tx: Tx, deed: Deed): Promise<Alarm | null> => {
  await lockAlarm(tx, deed.alarmId)
  const alarm = await readAlarm(tx, deed.alarmId)
  if (alarm === null) return null
  await recordAction(tx, 'commented', deed)
  await recordChange(tx, 'commented', deed.orgId, alarm)
  return alarm
}

export type AlarmAction = { action: string; by: string | null; note: string | null; at: Date }

/** What people did about an alarm, oldest first. */
export const alarmActions = async (tx: Tx, alarmId: string): Promise<AlarmAction[]> => {
  const { rows } = await tx.query<AlarmAction>(
    `select x.action, p.name as by, x.note, x.at from alarm_actions x left join people p on p.id = x.person_id
     where x.alarm_id = $1::uuid order by x.id`,
    [alarmId],
  )
  return rows
}
