import { randomUUID } from 'node:crypto'
import type { Figures } from '../model/figures.ts'
import { explain } from '../rules/explain.ts'
import { announce, feed } from './alarm-announce.ts'
import { recover } from './alarm-record.ts'
import type { Tx } from './pool.ts'

type Loan = { device_id: number; shipment_id: string; org_id: string; lent_at: Date; since: Date; allowed_ms: number }

/**
 * The newest reading of a device since some moment, asked for as a scalar with an end: as `exists`, the planner may turn it
 * into a join that reads all readings there are (30 s seen at two million, before anything had been analysed).
 */
const NEWEST = 'select r.time from readings r where r.device_id'

/**
 * Alarms of rule `silence` for those of the devices that have said nothing since they were lent, once for each loan. No
 * fold speaks of them: who has never spoken has no timeline. Patience is as for any silence (three reporting intervals,
 * unless set otherwise, at least 5 min), and runs only while we would have heard: since `provenSince` (epoch ms), since the
 * loan was entered (which may be long after it began), since the last outage of ours, and since the phase is one in which
 * silence means something. They are told from other silences by
 * `figures.lentAtEpochMs`; all is missing, from the first reading on (`missingFrom` 0). How many.
 */
export const raiseNeverHeard = async (tx: Tx, deviceIds: readonly number[], provenSince: number): Promise<number> => {
  if (deviceIds.length === 0) return 0
  const { rows } = await tx.query<Loan>({
    name: 'raise-never-heard',
    text: `select a.device_id, a.shipment_id, s.org_id, lower(a.during) as lent_at, g.since, p.ms as allowed_ms
     from assignments a
     join devices d on d.id = a.device_id and d.revoked_at is null
     join shipments s on s.id = a.shipment_id
     cross join lateral (
       select greatest(300000, d.report_seconds * 1000 * coalesce(
         (select (r.settings->>'silenceIntervals')::float8 from rule_settings r where r.shipment_id = s.id order by r.valid_from desc, r.id desc limit 1),
         (select (r.settings->>'silenceIntervals')::float8 from rule_settings r
          where r.org_id = s.org_id and r.shipment_id is null order by r.valid_from desc, r.id desc limit 1), 3)) as ms
     ) p
     cross join lateral (
       select greatest(lower(a.during), a.created_at, $2::timestamptz, (select max(o.ended_at) from intake_outages o),
         (select min(h.valid_from) from shipment_phases h where h.shipment_id = s.id and h.valid_from > (
           select max(q.valid_from) from shipment_phases q join suppressed_rules u on u.rule = 'silence' and u.phase = q.phase
           where q.shipment_id = s.id))) as since
     ) g
     where a.during @> now() and a.device_id = any($1::integer[])
       and g.since + p.ms * interval '1 ms' < now()
       and not exists (select from suppressed_rules q where q.rule = 'silence' and q.phase = s.phase)
       and (${NEWEST} = a.device_id and r.time >= lower(a.during) order by r.time desc limit 1) is null
       and not exists (select from alarms x where x.device_id = a.device_id and x.shipment_id = a.shipment_id
         and x.figures->'lentAtEpochMs' is not null and x.onset >= lower(a.during))`,
    values: [deviceIds, new Date(provenSince)],
  })
  if (rows.length === 0) return 0
  const alarms = rows.map((loan) => {
    const minutes = Math.round(loan.allowed_ms / 6_000) / 10
    const figures = { missingFrom: 0, lentAtEpochMs: loan.lent_at.getTime() } satisfies Figures
    const verdict = {
      onset: loan.since.getTime() + loan.allowed_ms,
      value: minutes,
      limit: minutes,
      peak: minutes,
      figures,
    }
    return { ...loan, id: randomUUID(), verdict }
  })
  await tx.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation, figures)
     select t.id, t.org_id, t.shipment_id, t.device_id, 'silence', 'medium', t.onset, t.minutes, t.minutes, t.minutes, t.explanation, t.figures
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::timestamptz[], $6::float8[], $7::text[], $8::jsonb[])
       as t (id, org_id, shipment_id, device_id, onset, minutes, explanation, figures)`,
    [
      alarms.map(({ id }) => id),
      alarms.map(({ org_id }) => org_id),
      alarms.map(({ shipment_id }) => shipment_id),
      alarms.map(({ device_id }) => device_id),
      alarms.map(({ verdict }) => new Date(verdict.onset)),
      alarms.map(({ verdict }) => verdict.limit),
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

/**
 * Ends them when the device has spoken of its loan, and at the end of it. Where it had measured before it was said to be
 * silent, it was not: what it kept has come since, and the alarm is recovered rather than over. How many.
 */
export const clearNeverHeard = async (tx: Tx, buckets: readonly number[]): Promise<number> => {
  const { rows } = await tx.query<{ id: string; kept: boolean }>({
    name: 'clear-never-heard',
    text: `update alarms x set cleared_at = greatest(now(), x.onset), peak = round(extract(epoch from now() - x.onset) / 6) / 10 + x.limit_value
     where (x.device_id & 63) = any($1::integer[]) and x.figures->'lentAtEpochMs' is not null and x.cleared_at is null
       and ((${NEWEST} = x.device_id and r.time >= to_timestamp((x.figures->>'lentAtEpochMs')::float8 / 1000)
           order by r.time desc limit 1) is not null
         or not exists (select from assignments a where a.device_id = x.device_id and a.shipment_id = x.shipment_id and a.during @> now()))
     returning x.id, (${NEWEST} = x.device_id and r.time <= x.onset
       and r.time >= to_timestamp((x.figures->>'lentAtEpochMs')::float8 / 1000) order by r.time desc limit 1) is not null as kept`,
    values: [buckets],
  })
  await recover(
    tx,
    rows.filter(({ kept }) => kept).map(({ id }) => id),
  )
  await feed(
    tx,
    'cleared',
    rows.filter(({ kept }) => !kept).map(({ id }) => id),
  )
  return rows.length
}
