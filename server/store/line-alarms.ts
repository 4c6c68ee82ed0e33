import { randomUUID } from 'node:crypto'
import type { Priority } from '../model/alarm.ts'
import type { LineFacts } from '../orders/forecast/known.ts'
import { SLIP_WINDOW_MS } from '../orders/late/forecast-late.ts'
import type { LineAlarm, LineChange, LineRule, RecordedLineAlarm } from '../orders/late/line-alarm.ts'
import { feed } from './alarm-announce.ts'
import type { LineKey } from './forecast-facts.ts'
import type { Tx } from './pool.ts'

type Row = {
  id: string
  order_id: string
  line: string
  rule: LineRule
  stage: string | null
  lot: string | null
  priority: Priority
  onset: Date
  cleared_at: Date | null
  value: number
  peak: number
  limit_value: number
  figures: Record<string, number> | null
}

const keyed = (keys: readonly LineKey[]): [string[], string[]] => [
  keys.map(({ orderId }) => orderId),
  keys.map(({ line }) => line),
]

/** The alarms of these lines by `orderId line`, without those that were withdrawn. */
export const lineAlarms = async (tx: Tx, keys: readonly LineKey[]): Promise<Map<string, RecordedLineAlarm[]>> => {
  const { rows } = await tx.query<Row>(
    `select a.id, a.order_id, a.line, a.rule, a.stage, a.lot, a.priority, a.onset, a.cleared_at, a.value, a.peak, a.limit_value, a.figures
     from unnest($1::uuid[], $2::text[]) as k (order_id, line)
     join alarms a on a.order_id = k.order_id and a.line = k.line and not a.void order by a.onset, a.id`,
    keyed(keys),
  )
  const found = new Map<string, RecordedLineAlarm[]>()
  for (const { order_id, line, cleared_at, limit_value, onset, figures, ...row } of rows) {
    const key = `${order_id} ${line}`
    const alarm = {
      ...row,
      onset: onset.getTime(),
      clearedAt: cleared_at?.getTime() ?? null,
      limit: limit_value,
      figures: figures ?? {},
    }
    found.set(key, [...(found.get(key) ?? []), alarm])
  }
  return found
}

/** The soonest arrival (ISO) that was expected of each within a week before `asOf` (epoch ms), what held at its beginning included. */
export const soonestExpected = async (tx: Tx, keys: readonly LineKey[], asOf: number): Promise<Map<string, string>> => {
  const { rows } = await tx.query<{ key: string; soonest: Date }>(
    `select k.order_id || ' ' || k.line as key, min(f.p50) as soonest
     from unnest($1::uuid[], $2::text[]) as k (order_id, line)
     cross join lateral (
       select x.p50 from forecasts x where x.order_id = k.order_id and x.line = k.line and x.as_of > $3::timestamptz
       union all
       (select x.p50 from forecasts x where x.order_id = k.order_id and x.line = k.line and x.as_of <= $3::timestamptz
        order by x.id desc limit 1)
     ) f where f.p50 is not null group by 1`,
    [...keyed(keys), new Date(asOf - SLIP_WINDOW_MS)],
  )
  return new Map(rows.map(({ key, soonest }) => [key, soonest.toISOString()]))
}

/** What organisations have set the rules to, oldest first; `from` in epoch ms. */
export const lateSettings = async (
  tx: Tx,
  orgIds: readonly string[],
): Promise<Map<string, { from: number; settings: unknown }[]>> => {
  const { rows } = await tx.query<{ org_id: string; from: Date; settings: unknown }>(
    `select org_id, valid_from as "from", settings from rule_settings
     where shipment_id is null and org_id = any ($1::uuid[]) order by valid_from, id`,
    [orgIds],
  )
  const found = new Map<string, { from: number; settings: unknown }[]>()
  for (const { org_id, from, settings } of rows)
    found.set(org_id, [...(found.get(org_id) ?? []), { from: from.getTime(), settings }])
  return found
}

const moment = (at: number | null): Date | null => (at === null ? null : new Date(at))

const raise = async (tx: Tx, raised: readonly { facts: LineFacts; alarm: LineAlarm }[]): Promise<string[]> => {
  if (raised.length === 0) return []
  const of = <T>(pick: (alarm: LineAlarm) => T): T[] => raised.map(({ alarm }) => pick(alarm))
  const { rows } = await tx.query<{ id: string }>(
    `insert into alarms (id, org_id, order_id, line, supplier_id, rule, stage, group_key, priority, onset, value, peak, limit_value, figures, explanation, lot)
     select t.id, t.org_id, t.order_id, t.line, t.supplier_id, t.rule, t.stage, md5(t.org_id || ' ' || t.matter), t.priority, t.onset,
       t.value, t.peak, t.limit_value, t.figures, t.explanation, t.lot
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::timestamptz[], $11::float8[], $12::float8[], $13::float8[], $14::jsonb[], $15::text[], $16::text[])
       as t (id, org_id, order_id, line, supplier_id, rule, stage, matter, priority, onset, value, peak, limit_value, figures, explanation, lot)
     on conflict do nothing returning id`,
    [
      raised.map(() => randomUUID()), raised.map(({ facts }) => facts.orgId), raised.map(({ facts }) => facts.orderId),
      raised.map(({ facts }) => facts.line), raised.map(({ facts }) => facts.supplierId), of((a) => a.rule), of((a) => a.stage),
      of((a) => a.group), of((a) => a.priority), of((a) => new Date(a.onset)), of((a) => a.value), of((a) => a.peak),
      of((a) => a.limit), of((a) => JSON.stringify(a.figures)), of((a) => a.explanation), of((a) => a.lot),
    ],
  ) // biome-ignore format: the columns, in their order
  return rows.map(({ id }) => id)
}

const WITHDRAWN = ' (withdrawn: what was said later shows that it was not so)'

/** Those that it should still say, so that people who were told learn that it was not so. */
const withdraw = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query(
    `update alarms set void = true, cleared_at = coalesce(cleared_at, now()), explanation = explanation || $2::text where id = any($1::uuid[])`,
    [ids, WITHDRAWN],
  )
  await feed(tx, 'amended', ids)
}

type Rewritten = { id: string; alarm: LineAlarm }

/** All in one statement: when the forecasts of a whole order book move, so do most of its alarms. */
const rewrite = async (tx: Tx, rewritten: readonly Rewritten[]): Promise<void> => {
  const of = <T>(part: (alarm: LineAlarm) => T): T[] => rewritten.map(({ alarm }) => part(alarm))
  await tx.query({
    name: 'rewrite-line-alarms',
    text: `update alarms a set onset = t.onset, cleared_at = t.cleared_at, value = t.value, peak = t.peak, limit_value = t.limit_value,
       figures = t.figures, priority = t.priority, stage = t.stage, explanation = t.explanation, lot = t.lot,
       -- what it is one matter with changes with its lot alone: its end is told with its beginning
       group_key = case when a.lot is distinct from t.lot then md5(a.org_id || ' ' || t.matter) else a.group_key end
     from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::float8[], $5::float8[], $6::float8[], $7::jsonb[], $8::text[],
       $9::text[], $10::text[], $11::text[], $12::text[])
       as t (id, onset, cleared_at, value, peak, limit_value, figures, priority, stage, explanation, lot, matter)
     where a.id = t.id`,
    values: [
      rewritten.map(({ id }) => id), of((a) => new Date(a.onset)), of((a) => moment(a.clearedAt)), of((a) => a.value), of((a) => a.peak),
      of((a) => a.limit), of((a) => JSON.stringify(a.figures)), of((a) => a.priority), of((a) => a.stage), of((a) => a.explanation),
      of((a) => a.lot), of((a) => a.group),
    ],
  }) // biome-ignore format: the columns, in their order
}

/** Those that come in the same moment are told in one message. */
const GATHER = '5 seconds'

/** Writes what changed of the alarms of order lines, the feed and what leaves the house, in the order given. `tx` acts as zaitu_ingest. */
export const recordLineAlarms = async (
  tx: Tx,
  changed: readonly { facts: LineFacts; change: LineChange }[],
): Promise<void> => {
  const withdrawn = changed.flatMap(({ change }) => (change.kind === 'withdrawn' ? [change.id] : []))
  if (withdrawn.length > 0) await withdraw(tx, withdrawn)
  const told: string[] = []
  for (const kind of ['cleared', 'amended'] as const) {
    const rewritten = changed.flatMap(({ change }) => (change.kind === kind ? [change] : []))
    if (rewritten.length > 0) await rewrite(tx, rewritten)
    const ids = rewritten.map(({ id }) => id)
    // it was over, so nobody may have been told; it is not over
    told.push(...rewritten.flatMap(({ id, reopened }) => (reopened ? [id] : [])))
    await feed(tx, kind, ids)
  }
  const raised = await raise(
    tx,
    changed.flatMap(({ facts, change }) => (change.kind === 'raised' ? [{ facts, alarm: change.alarm }] : [])),
  )
  await feed(tx, 'raised', raised)
  told.push(...raised)
  if (told.length > 0) await tx.query('select tell_groups($1::uuid[], now() + $2::interval)', [told, GATHER])
}
