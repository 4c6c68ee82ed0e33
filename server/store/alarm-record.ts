import { randomUUID } from 'node:crypto'
import type { Priority, RuleId } from '../model/alarm.ts'
import type { Verdict } from '../rules/excursion.ts'
import { explain } from '../rules/explain.ts'
import { priorityOf } from '../rules/fold.ts'
import type { Reconciled, Recorded, Whole } from '../rules/reconcile.ts'
import type { Change } from '../rules/state.ts'
import { feed, GRACE, notify, settleRetrospective } from './alarm-announce.ts'
import type { Tx } from './pool.ts'
import type { Stream } from './streams.ts'

export type StreamChanges = { stream: Stream; changes: readonly Change[] }

type Raise = { stream: Stream; rule: RuleId; whole: Whole }

const raise = async (tx: Tx, raised: readonly Raise[]): Promise<string[]> => {
  if (raised.length === 0) return []
  const { rows } = await tx.query<{ id: string }>({
    name: 'raise-alarms',
    text: `select raise_alarms($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
       $9::float8[], $10::float8[], $11::float8[], $12::text[], $13::text[], $14::jsonb[], make_interval(secs => $15::float8), $16::interval) as id`,
    values: [
      raised.map(() => randomUUID()),
      raised.map(({ stream }) => stream.orgId),
      raised.map(({ stream }) => stream.shipmentId),
      raised.map(({ stream }) => stream.deviceId),
      raised.map(({ rule }) => rule),
      raised.map(({ rule, whole }) => priorityOf(rule, whole.excursion)),
      raised.map(({ whole }) => new Date(whole.excursion.onset)),
      raised.map(({ whole }) => (whole.clearedAt === null ? null : new Date(whole.clearedAt))),
      raised.map(({ whole }) => whole.excursion.value),
      raised.map(({ whole }) => whole.excursion.peak),
      raised.map(({ whole }) => whole.excursion.limit),
      raised.map(({ rule, whole }) => explain(rule, whole.excursion)),
      raised.map(({ whole }) => whole.excursion.cause ?? null),
      raised.map(({ whole }) =>
        whole.excursion.figures === undefined ? null : JSON.stringify(whole.excursion.figures),
      ),
      ...GRACE,
    ],
  })
  return rows.map(({ id }) => id)
}

type Clear = { stream: Stream; rule: RuleId; excursion: Verdict; clearedAt: number }

const clear = async (tx: Tx, cleared: readonly Clear[]): Promise<void> => {
  if (cleared.length === 0) return
  await tx.query({
    name: 'clear-alarms',
    text: `select clear_alarms($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::float8[], $7::text[])`,
    values: [
      cleared.map(({ stream }) => stream.shipmentId),
      cleared.map(({ stream }) => stream.deviceId),
      cleared.map(({ rule }) => rule),
      cleared.map(({ excursion }) => new Date(excursion.onset)),
      cleared.map(({ clearedAt }) => new Date(clearedAt)),
      cleared.map(({ excursion }) => excursion.peak),
      cleared.map(({ rule, excursion }) => explain(rule, excursion)),
    ],
  })
}

type Turn = { stream: Stream; rule: RuleId; excursion: Verdict }

/** The same excursion under another cause, priority or figures. */
const turn = async (tx: Tx, turned: readonly Turn[]): Promise<void> => {
  if (turned.length === 0) return
  const { rows } = await tx.query<{ id: string }>({
    name: 'turn-alarms',
    text: `update alarms a set cause = t.cause, priority = t.priority, peak = t.peak, figures = t.figures, explanation = t.explanation,
       latching = t.priority = 'critical'
     from unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::float8[], $8::jsonb[], $9::text[])
       as t (shipment_id, device_id, rule, onset, cause, priority, peak, figures, explanation)
     where a.shipment_id = t.shipment_id and a.device_id = t.device_id and a.rule = t.rule and a.onset = t.onset and not a.void
     returning a.id`,
    values: [
      turned.map(({ stream }) => stream.shipmentId),
      turned.map(({ stream }) => stream.deviceId),
      turned.map(({ rule }) => rule),
      turned.map(({ excursion }) => new Date(excursion.onset)),
      turned.map(({ excursion }) => excursion.cause ?? null),
      turned.map(({ rule, excursion }) => priorityOf(rule, excursion)),
      turned.map(({ excursion }) => excursion.peak),
      turned.map(({ excursion }) => (excursion.figures === undefined ? null : JSON.stringify(excursion.figures))),
      turned.map(({ rule, excursion }) => explain(rule, excursion)),
    ],
  })
  await feed(
    tx,
    'amended',
    rows.map((row) => row.id),
  )
}

/** Silences that were none: the connection was down, the readings were kept and have come. Nobody is paged for them any more. */
export const recover = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await tx.query(
    `update alarms set recovered = true, cleared_at = coalesce(cleared_at, now()), explanation = $2::text where id = any($1::uuid[])`,
    [ids, RECOVERED],
  )
  await feed(tx, 'amended', ids)
  await tx.query(
    `delete from outbox o using alarms a where a.id = any($1::uuid[]) and o.key = 'alarm-raised:' || a.id and o.sent_at is null`,
    [ids],
  )
}
const RECOVERED = 'The connection was down; what was measured meanwhile was kept by the device and has come since'

const recoverOpen = async (tx: Tx, recovered: readonly Turn[]): Promise<void> => {
  if (recovered.length === 0) return
  const { rows } = await tx.query<{ id: string }>(
    `select a.id from alarms a join unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[]) as t (shipment_id, device_id, rule, onset)
       on a.shipment_id = t.shipment_id and a.device_id = t.device_id and a.rule = t.rule and a.onset = t.onset
     where not a.void and not a.recovered`,
    [
      recovered.map(({ stream }) => stream.shipmentId),
      recovered.map(({ stream }) => stream.deviceId),
      recovered.map(({ rule }) => rule),
      recovered.map(({ excursion }) => new Date(excursion.onset)),
    ],
  )
  await recover(
    tx,
    rows.map((row) => row.id),
  )
}

/**
 * Records what live folds changed: alarms, the feed, the outbox. From every stream the changes of one kind that come next,
 * together, so that each stream's changes keep their order in few statements.
 */
export const recordChanges = async (tx: Tx, folds: readonly StreamChanges[]): Promise<void> => {
  let rest = folds
  while (rest.length > 0) {
    const raised: Raise[] = []
    const cleared: Clear[] = []
    const turned: Turn[] = []
    const recovered: Turn[] = []
    rest = rest.flatMap(({ stream, changes }) => {
      const next = alike(changes)
      for (const change of next) {
        const { rule, excursion } = change
        if (change.kind === 'raised') raised.push({ stream, rule, whole: { rule, excursion, clearedAt: null } })
        else if (change.kind === 'cleared') cleared.push({ stream, rule, excursion, clearedAt: change.clearedAt })
        else if (change.kind === 'changed') turned.push({ stream, rule, excursion })
        else recovered.push({ stream, rule, excursion })
      }
      return next.length === changes.length ? [] : [{ stream, changes: changes.slice(next.length) }]
    })
    await raise(tx, raised)
    await clear(tx, cleared)
    await turn(tx, turned)
    await recoverOpen(tx, recovered)
  }
}

/** The first changes of one kind, of a rule each. */
const alike = (changes: readonly Change[]): readonly Change[] => {
  const rules = new Set<RuleId>()
  const end = changes.findIndex(({ kind, rule }) => kind !== changes[0]?.kind || rules.size === rules.add(rule).size)
  return end < 0 ? changes : changes.slice(0, end)
}

/** Alarms that a fold speaks of, of a loan, that are not over before `since` (epoch ms), withdrawn ones left out. */
export const recordedAlarms = async (tx: Tx, stream: Stream, since: number): Promise<Recorded[]> => {
  const { rows } = await tx.query<{
    id: string
    rule: RuleId
    onset: Date
    cleared_at: Date | null
    value: number
    peak: number
    limit_value: number
    cause: string | null
    figures: Record<string, number> | null
    priority: Priority
  }>(
    `select id, rule, onset, cleared_at, value, peak, limit_value, cause, figures, priority from alarms
     where shipment_id = $1::uuid and device_id = $2::integer and not void and not recovered
       and figures->'missingFrom' is null and onset >= $3::timestamptz
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
    cause: row.cause,
    figures: row.figures,
    priority: row.priority,
  }))
}

/** Writes what a refold found to be otherwise. Withdrawn first: their onset may be what an amended one gets. */
export const recordReconciled = async (
  tx: Tx,
  stream: Stream,
  { missing, amended, withdrawn, recovered }: Reconciled,
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
  await recover(
    tx,
    recovered.map((alarm) => alarm.id),
  )
  for (const { id, whole, was } of amended) {
    await tx.query(
      `update alarms set onset = $2::timestamptz, cleared_at = $3::timestamptz, value = $4::float8, peak = $5::float8, limit_value = $6::float8,
         explanation = $7::text, cause = $8::text, priority = $9::text, figures = $10::jsonb, latching = $9::text = 'critical',
         retrospective = $3::timestamptz < raised_at is true where id = $1::uuid`,
      [
        id, new Date(whole.excursion.onset), whole.clearedAt === null ? null : new Date(whole.clearedAt),
        whole.excursion.value, whole.excursion.peak, whole.excursion.limit, explain(whole.rule, whole.excursion),
        whole.excursion.cause ?? null, priorityOf(whole.rule, whole.excursion),
        whole.excursion.figures === undefined ? null : JSON.stringify(whole.excursion.figures),
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
