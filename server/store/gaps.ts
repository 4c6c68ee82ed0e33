import { randomUUID } from 'node:crypto'
import type { Figures } from '../model/figures.ts'
import { explain } from '../rules/explain.ts'
import { announce, feed } from './alarm-announce.ts'
import type { Tx } from './pool.ts'

/** A device is asked for what is missing this long after it was noticed, with time for its answer, ms. */
const ASKED_MS = 20_000

type Gap = {
  device_id: number
  shipment_id: string
  org_id: string
  boot: number
  seq: number
  next: number
  missing: number
  since: Date
}

/**
 * Alarms of rule `silence` for devices in `buckets` that speak, have been asked to send again what is missing, and have not
 * for `patienceMs`: one for each boot in a loan, which names the first stretch that is missing. No fold speaks of them: what
 * was never sent is not on the timeline. They are told from the silences of a fold by `figures.missingFrom`. How many.
 */
export const raiseGaps = async (tx: Tx, buckets: readonly number[], patienceMs: number): Promise<number> => {
  const { rows } = await tx.query<Gap>({
    name: 'raise-gaps',
    text: `select p.device_id, a.shipment_id, s.org_id, p.boot, p.seq, lower(p.beyond) as next, g.since,
       (upper(p.beyond) - p.seq - 1 - (select sum(upper(r) - lower(r)) from unnest(p.beyond) r))::integer as missing
     from boot_progress p
     -- what was missed in an outage of ours is asked for when that is over
     cross join lateral (select greatest(p.gap_since, (select max(o.ended_at) from intake_outages o)) as since) g
     join devices d on d.id = p.device_id and d.revoked_at is null
     join assignments a on a.device_id = p.device_id and a.during @> now()
     join shipments s on s.id = a.shipment_id
     where p.gap_since is not null and (p.device_id & 63) = any($1::integer[])
       and g.since < now() - $2::float8 * interval '1 ms'
       -- in whichever boot: one that has started anew is to send what it kept of the one before
       and exists (select from boot_progress h where h.device_id = p.device_id and h.heard_at > g.since + $3::float8 * interval '1 ms')
       -- what it left in a boot before this loan is nothing to this shipment
       and (a.during @> g.since or a.during @> p.heard_at)
       and not exists (select from suppressed_rules q where q.rule = 'silence' and q.phase = s.phase)
       and not exists (select from alarms x where x.device_id = p.device_id and x.shipment_id = a.shipment_id
         and (x.figures->>'boot')::integer = p.boot
         and x.figures->'missingFrom' is not null and x.cleared_at is null)`,
    values: [buckets, patienceMs, Math.min(ASKED_MS, patienceMs)],
  })
  if (rows.length === 0) return 0
  const minutes = Math.round(patienceMs / 6_000) / 10
  const alarms = rows.map((gap) => {
    const verdict = {
      onset: gap.since.getTime() + patienceMs,
      value: minutes,
      limit: minutes,
      peak: minutes,
      figures: {
        missingFrom: gap.seq + 1,
        missingTo: gap.next - 1,
        missing: gap.missing,
        boot: gap.boot,
      } satisfies Figures,
    }
    return { ...gap, id: randomUUID(), verdict }
  })
  await tx.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation, figures)
     select t.id, t.org_id, t.shipment_id, t.device_id, 'silence', 'medium', t.onset, $6::float8, $6::float8, $6::float8, t.explanation, t.figures
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::timestamptz[], $7::text[], $8::jsonb[])
       as t (id, org_id, shipment_id, device_id, onset, explanation, figures)`,
    [
      alarms.map(({ id }) => id),
      alarms.map(({ org_id }) => org_id),
      alarms.map(({ shipment_id }) => shipment_id),
      alarms.map(({ device_id }) => device_id),
      alarms.map(({ verdict }) => new Date(verdict.onset)),
      minutes,
      alarms.map(({ verdict }) => explain('silence', verdict)),
      alarms.map(({ verdict }) => JSON.stringify(verdict.figures)),
    ],
  )
  await announce(
    tx,
    alarms.map(({ id }) => id),
  )
  return alarms.length
}

/** Clears them when what they name has come, when that boot is not followed any more, and at the end of the loan. How many. */
export const clearGaps = async (tx: Tx, buckets: readonly number[]): Promise<number> => {
  const { rows } = await tx.query<{ id: string }>({
    name: 'clear-gaps',
    text: `update alarms x set cleared_at = greatest(now(), x.onset), peak = round(extract(epoch from now() - x.onset) / 6) / 10 + x.limit_value
     where (x.device_id & 63) = any($1::integer[])
       -- not of a device that was never heard
       and x.figures->'missingFrom' is not null and x.figures->'boot' is not null and x.cleared_at is null
       and (not exists (select from boot_progress p where p.device_id = x.device_id
           and p.boot = (x.figures->>'boot')::integer and p.seq < (x.figures->>'missingTo')::integer)
         or not exists (select from assignments a where a.device_id = x.device_id and a.shipment_id = x.shipment_id and a.during @> now()))
     returning x.id`,
    values: [buckets],
  })
  await feed(
    tx,
    'cleared',
    rows.map(({ id }) => id),
  )
  return rows.length
}
