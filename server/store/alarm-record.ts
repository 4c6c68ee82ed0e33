import { randomUUID } from 'node:crypto'
import type { AlarmChangeKind, RuleId } from '../model/alarm.ts'
import { explain } from '../rules/explain.ts'
import { type Change, priorityOf } from '../rules/fold.ts'
import type { Reconciled, Recorded, Whole } from '../rules/reconcile.ts'
import type { Tx } from './pool.ts'
import type { Stream } from './streams.ts'

export type StreamChanges = { stream: Stream; changes: readonly Change[] }

/** Appends to the feed what these alarms look like now, within the same transaction. */
const feed = async (tx: Tx, change: AlarmChangeKind, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await tx.query({
    name: 'feed-alarm-changes',
    text: `insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
     select d.org_id, d.id, d.shipment_id, $2::text, d.alarm
     from unnest($1::uuid[]) with ordinality as w (id, place) join alarm_details d on d.id = w.id order by w.place`,
    values: [ids, change],
  })
}

/**
 * What must leave the house. Data that comes late may bring an excursion that is over already: such a page waits a
 * moment, and is taken back when the rest of the data says so.
 */
const GRACE_AFTER_MS = 60_000
const GRACE = '20 seconds'

const notify = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'outbox-alarms',
    text: `insert into outbox (org_id, kind, key, payload, next_attempt_at)
     select d.org_id, 'alarm-raised', 'alarm-raised:' || d.id, d.alarm,
       case when d.onset < now() - make_interval(secs => $2::float8) then now() + $3::interval else now() end
     from alarm_details d where d.id = any($1::uuid[]) on conflict (key) do nothing`,
    values: [ids, GRACE_AFTER_MS / 1000, GRACE],
  })
}

/** The feed's entry and the page of alarms that were raised just now, in one round trip: somebody waits for it. */
const announce = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'announce-alarms',
    text: `with raised as materialized (
       select d.* from unnest($1::uuid[]) with ordinality as w (id, place) join alarm_details d on d.id = w.id order by w.place),
     fed as (
       insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
       select org_id, id, shipment_id, 'raised', alarm from raised)
     insert into outbox (org_id, kind, key, payload, next_attempt_at)
     select org_id, 'alarm-raised', 'alarm-raised:' || id, alarm,
       case when onset < now() - make_interval(secs => $2::float8) then now() + $3::interval else now() end
     from raised on conflict (key) do nothing`,
    values: [ids, GRACE_AFTER_MS / 1000, GRACE],
  })
}

/** An excursion that was over before anybody could know of it pages nobody, unless it was critical: then once, as found late. */
const settleRetrospective = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query(
    `delete from outbox o using alarms a
     where a.id = any($1::uuid[]) and o.key = 'alarm-raised:' || a.id and o.sent_at is null and (a.retrospective or a.void)`,
    [ids],
  )
  await tx.query(
    `insert into outbox (org_id, kind, key, payload)
     select d.org_id, 'alarm-found-late', 'alarm-found-late:' || d.id, d.alarm
     from alarm_details d join alarms a on a.id = d.id
     where d.id = any($1::uuid[]) and a.retrospective and not a.void and a.priority = 'critical' on conflict (key) do nothing`,
    [ids],
  )
}

type Raise = { stream: Stream; rule: RuleId; whole: Whole }

const raise = async (tx: Tx, raised: readonly Raise[]): Promise<string[]> => {
  if (raised.length === 0) return []
  const { rows } = await tx.query<{ id: string }>({
    name: 'raise-alarms',
    text: `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, cleared_at, value, peak, limit_value, explanation, retrospective, latching)
     select *, cleared_at < now() is true, priority = 'critical' from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
       $9::float8[], $10::float8[], $11::float8[], $12::text[])
       as t (id, org_id, shipment_id, device_id, rule, priority, onset, cleared_at, value, peak, limit_value, explanation)
     on conflict (shipment_id, device_id, rule, onset) where not void do nothing returning id`,
    values: [
      raised.map(() => randomUUID()),
      raised.map(({ stream }) => stream.orgId),
      raised.map(({ stream }) => stream.shipmentId),
      raised.map(({ stream }) => stream.deviceId),
      raised.map(({ rule }) => rule),
      raised.map(({ rule }) => priorityOf(rule)),
      raised.map(({ whole }) => new Date(whole.excursion.onset)),
      raised.map(({ whole }) => (whole.clearedAt === null ? null : new Date(whole.clearedAt))),
      raised.map(({ whole }) => whole.excursion.value),
      raised.map(({ whole }) => whole.excursion.peak),
      raised.map(({ whole }) => whole.excursion.limit),
      raised.map(({ rule, whole }) => explain(rule, whole.excursion)),
    ],
  })
  const ids = rows.map((row) => row.id)
  if (ids.length > 0) await announce(tx, ids)
  return ids
}

type Clear = { stream: Stream; rule: RuleId; onset: number; clearedAt: number; peak: number }

/** Retrospective: it was over (event time) before we had raised it (when we learnt). */
const clear = async (tx: Tx, cleared: readonly Clear[]): Promise<void> => {
  if (cleared.length === 0) return
  const { rows } = await tx.query<{ id: string; retrospective: boolean }>({
    name: 'clear-alarms',
    text: `update alarms a set cleared_at = t.cleared_at, peak = t.peak, retrospective = t.cleared_at < a.raised_at
     from unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::float8[]) as t (shipment_id, device_id, rule, onset, cleared_at, peak)
     where a.shipment_id = t.shipment_id and a.device_id = t.device_id and a.rule = t.rule and a.onset = t.onset and not a.void
     returning a.id, a.retrospective`,
    values: [
      cleared.map(({ stream }) => stream.shipmentId),
      cleared.map(({ stream }) => stream.deviceId),
      cleared.map(({ rule }) => rule),
      cleared.map(({ onset }) => new Date(onset)),
      cleared.map(({ clearedAt }) => new Date(clearedAt)),
      cleared.map(({ peak }) => peak),
    ],
  })
  await feed(
    tx,
    'cleared',
    rows.map((row) => row.id),
  )
  const late = rows.filter((row) => row.retrospective).map((row) => row.id)
  if (late.length > 0) await settleRetrospective(tx, late)
}

/**
 * Records what live folds changed: alarms, the feed, the outbox. The n-th change of every stream together, so that each
 * stream's changes keep their order in few statements.
 */
export const recordChanges = async (tx: Tx, folds: readonly StreamChanges[]): Promise<void> => {
  const rounds = folds.reduce((most, { changes }) => Math.max(most, changes.length), 0)
  for (let round = 0; round < rounds; round++) {
    const raised: Raise[] = []
    const cleared: Clear[] = []
    for (const { stream, changes } of folds) {
      const change = changes[round]
      if (change === undefined) continue
      const { rule, excursion } = change
      if (change.kind === 'raised') raised.push({ stream, rule, whole: { rule, excursion, clearedAt: null } })
      else cleared.push({ stream, rule, onset: excursion.onset, clearedAt: change.clearedAt, peak: excursion.peak })
    }
    await raise(tx, raised)
    await clear(tx, cleared)
  }
}

/** Alarms of a loan that are not over before `since` (epoch ms), withdrawn ones left out. */
export const recordedAlarms = async (tx: Tx, stream: Stream, since: number): Promise<Recorded[]> => {
  const { rows } = await tx.query<{
    id: string
    rule: RuleId
    onset: Date
    cleared_at: Date | null
    value: number
    peak: number
    limit_value: number
  }>(
    `select id, rule, onset, cleared_at, value, peak, limit_value from alarms
     where shipment_id = $1::uuid and device_id = $2::integer and not void and onset >= $3::timestamptz
       and (cleared_at is null or cleared_at > $4::timestamptz) and ($5::timestamptz is null or onset < $5::timestamptz)
     order by onset`,
    [
      stream.shipmentId,
      stream.deviceId,
      new Date(stream.context.from),
      // a fold from the beginning has no earlier moment than the loan itself
      new Date(Math.max(since, stream.context.from)),
      stream.nextFrom === null ? null : new Date(stream.nextFrom),
    ],
  )
  return rows.map((row) => ({
    id: row.id,
    rule: row.rule,
    onset: row.onset.getTime(),
    clearedAt: row.cleared_at?.getTime() ?? null,
    value: row.value,
    limit: row.limit_value,
    peak: row.peak,
  }))
}

/** Writes what a refold found to be otherwise. Withdrawn first: their onset may be what an amended one gets. */
export const recordReconciled = async (
  tx: Tx,
  stream: Stream,
  { missing, amended, withdrawn }: Reconciled,
): Promise<void> => {
  const gone = withdrawn.map((alarm) => alarm.id)
  if (gone.length > 0) {
    await tx.query(
      `update alarms set void = true, cleared_at = coalesce(cleared_at, now()),
         explanation = explanation || ' (withdrawn: data that came later shows that it was not so)' where id = any($1::uuid[])`,
      [gone],
    )
    await feed(tx, 'amended', gone)
    await settleRetrospective(tx, gone)
  }
  for (const { id, whole, was } of amended) {
    await tx.query(
      `update alarms set onset = $2::timestamptz, cleared_at = $3::timestamptz, value = $4::float8, peak = $5::float8, limit_value = $6::float8,
         explanation = $7::text, retrospective = $3::timestamptz < raised_at is true where id = $1::uuid`,
      [
        id, new Date(whole.excursion.onset), whole.clearedAt === null ? null : new Date(whole.clearedAt),
        whole.excursion.value, whole.excursion.peak, whole.excursion.limit, explain(whole.rule, whole.excursion),
      ],
    ) // biome-ignore format: the parameters, in their order
    const onlyCleared = was.clearedAt === null && whole.clearedAt !== null && was.onset === whole.excursion.onset
    await feed(tx, onlyCleared ? 'cleared' : 'amended', [id])
    await settleRetrospective(tx, [id])
    // it was over, so nobody may have been told; it is not over
    if (was.clearedAt !== null && whole.clearedAt === null) await notify(tx, [id])
  }
  const ids = await raise(
    tx,
    missing.map((whole) => ({ stream, rule: whole.rule, whole })),
  )
  if (ids.length > 0) await settleRetrospective(tx, ids)
}
