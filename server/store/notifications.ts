import type { NotificationItem, NotificationState } from '../model/notification.ts'
import type { Tx } from './pool.ts'

/** `place` is where it stands in the list: its creation to the microsecond. */
export type Listed = NotificationItem & { place: string }

const SELECT = `select n.id, n.kind, n.priority, n.state, n.alarm_id as "alarmId", n.shipment_id as "shipmentId",
    s.reference as "shipmentReference", a.order_id as "orderId", o.number as "orderNumber", a.line, a.rule, n.payload #>> '{text,en,title}' as title, n.problem, n.detail, n.attempts,
    case when n.state = 'waiting' then iso(coalesce(l.next_attempt_at, n.next_attempt_at)) end as "nextAttemptAt",
    iso(n.created_at) as "createdAt", iso(n.settled_at) as "settledAt",
    n.lead_id is not null or exists (select from notifications f where f.lead_id = n.id) as together,
    case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name) end as channel,
    to_char(n.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
  from notifications n
  left join notifications l on l.id = n.lead_id
  left join channels c on c.id = n.channel_id
  left join shipments s on s.id = n.shipment_id
  left join alarms a on a.id = n.alarm_id
  left join orders o on o.id = a.order_id`

/** Newest first. `failing`: waiting although it was tried. */
export const listNotifications = async (
  tx: Tx,
  {
    state,
    channelId,
    alarmId,
    after,
    limit,
  }: {
    state: NotificationState | 'failing' | undefined
    channelId: string | undefined
    alarmId: string | undefined
    after: [string, string] | null
    limit: number
  },
): Promise<Listed[]> => {
  const { rows } = await tx.query<Listed>(
    `${SELECT}
     where ($1::text is null or n.state = $1::text or ($1::text = 'failing' and n.state = 'waiting' and n.problem is not null))
       and ($2::uuid is null or n.channel_id = $2::uuid) and ($3::uuid is null or n.alarm_id = $3::uuid)
       and ($4::timestamptz is null or (n.created_at, n.id) < ($4::timestamptz, $5::uuid))
     order by n.created_at desc, n.id desc limit $6::integer`,
    [state ?? null, channelId ?? null, alarmId ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows
}

export const readNotification = async (tx: Tx, id: string): Promise<Listed | null> => {
  const { rows } = await tx.query<Listed>(`${SELECT} where n.id = $1::uuid`, [id])
  return rows[0] ?? null
}

/**
 * What was given up, or waits for its next try, goes again now under the key that it has; with whatever was to be said in
 * the same message. It never counts as untried: its receiver may know the key.
 */
export const sendAgain = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(
    `update notifications n set state = 'waiting', settled_at = null, attempts = least(n.attempts, 1), next_attempt_at = now()
     from notifications asked
     where asked.id = $1::uuid and n.state in ('dead', 'waiting')
       and coalesce(n.lead_id, n.id) = coalesce(asked.lead_id, asked.id)`,
    [id],
  )
}
