import type { Channel, ChannelTested } from '../model/notification.ts'
import type { Tx } from './pool.ts'

const COLUMNS = `id, name, kind, shown as address, language, per_minute as "perMinute", enabled, iso(created_at) as "createdAt",
  iso(tested_at) as "testedAt", test_problem as "testProblem", test_detail as "testDetail", iso(last_sent_at) as "lastSentAt",
  iso(failing_since) as "failingSince", last_problem as "lastProblem", last_detail as "lastDetail"`

export const listChannels = async (
  tx: Tx,
  { after, limit }: { after: [string, string] | null; limit: number },
): Promise<Channel[]> => {
  const { rows } = await tx.query<Channel>(
    `select ${COLUMNS} from channels where removed_at is null and ($1::text is null or (name, id) > ($1::text, $2::uuid))
     order by name, id limit $3::integer`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows
}

export const readChannel = async (tx: Tx, id: string): Promise<Channel | null> => {
  const { rows } = await tx.query<Channel>(
    `select ${COLUMNS} from channels where id = $1::uuid and removed_at is null`,
    [id],
  )
  return rows[0] ?? null
}

/** Null where the organisation has a channel of this name already. `secret` is kept and never read again by people. */
export const createChannel = async (
  tx: Tx,
  channel: Pick<Channel, 'name' | 'kind' | 'language' | 'perMinute' | 'address'> & { origin: string; secret: object },
): Promise<Channel | null> => {
  const { rows } = await tx.query<Channel>(
    `insert into channels (org_id, name, kind, shown, secret, language, origin, per_minute)
     values (app_org(), $1::text, $2::text, $3::text, $4::jsonb, $5::text, $6::text, $7::integer)
     on conflict (org_id, name) where removed_at is null do nothing returning ${COLUMNS}`,
    [
      channel.name,
      channel.kind,
      channel.address,
      JSON.stringify(channel.secret),
      channel.language,
      channel.origin,
      channel.perMinute,
    ],
  )
  return rows[0] ?? null
}

export const channelNamed = async (tx: Tx, name: string): Promise<string | null> => {
  const { rows } = await tx.query<{ id: string }>(
    'select id from channels where name = $1::text and removed_at is null',
    [name],
  )
  return rows[0]?.id ?? null
}

type Change = Partial<Pick<Channel, 'name' | 'language' | 'perMinute' | 'enabled' | 'address'>> & { origin: string }

/** A changed address or secret is not what was tested. */
export const updateChannel = async (tx: Tx, id: string, change: Change, untested: boolean): Promise<void> => {
  await tx.query(
    `update channels set name = coalesce($2::text, name), language = coalesce($3::text, language),
       per_minute = coalesce($4::integer, per_minute), enabled = coalesce($5::boolean, enabled), shown = coalesce($6::text, shown),
       origin = $7::text, tested_at = case when $8::boolean then null else tested_at end,
       test_problem = case when $8::boolean then null else test_problem end,
       test_detail = case when $8::boolean then null else test_detail end,
       failing_since = case when $8::boolean then null else failing_since end
     where id = $1::uuid`,
    [
      id,
      change.name ?? null,
      change.language ?? null,
      change.perMinute ?? null,
      change.enabled ?? null,
      change.address ?? null,
      change.origin,
      untested,
    ],
  )
}

/** `oldUntil` (epoch ms): the key that was there holds beside the new one until then. */
export const changeSecret = async (tx: Tx, id: string, change: object, oldUntil: number | null): Promise<void> => {
  await tx.query('select change_channel_secret($1::uuid, $2::jsonb, $3::bigint)', [
    id,
    JSON.stringify(change),
    oldUntil,
  ])
}

export const recordTest = async (tx: Tx, id: string, { problem, detail }: ChannelTested): Promise<void> => {
  await tx.query(
    `update channels set tested_at = now(), test_problem = $2::text, test_detail = $3::text where id = $1::uuid`,
    [id, problem, detail],
  )
}

/** The channel, its secret, and the rules and steps that lead to it; what waited for it is not sent any more. */
export const removeChannel = async (tx: Tx, id: string): Promise<void> => {
  await tx.query('delete from notification_rules where channel_id = $1::uuid', [id])
  await tx.query('delete from escalation_steps where channel_id = $1::uuid', [id])
  await tx.query(
    `update notifications set state = 'dropped', problem = 'channel-removed', detail = null, settled_at = now()
     where channel_id = $1::uuid and state = 'waiting'`,
    [id],
  )
  await tx.query(`update channels set removed_at = now(), enabled = false, secret = null where id = $1::uuid`, [id])
}
