import type { Cause, Forecast } from '../model/forecast.ts'
import type { LineFacts } from '../orders/forecast/known.ts'
import type { LineKey } from './forecast-facts.ts'
import type { Tx } from './pool.ts'

/** One server at a time makes forecasts; the others look again in a moment. */
const LOCK = 5_240_726

/** Whether it is this transaction's turn. */
export const holdForecasting = async (tx: Tx): Promise<boolean> => {
  const { rows } = await tx.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as mine', [LOCK])
  return rows[0]?.mine === true
}

/** The database's own clock, epoch ms: what is recorded bears its time. */
export const databaseNow = async (tx: Tx): Promise<number> => {
  const { rows } = await tx.query<{ now: number }>(
    'select ceil(extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  )
  return rows[0]?.now ?? Date.now()
}

/** Up to `most` entries of what happened to lines, and as many lines whose time has come. */
export const dueLines = async (tx: Tx, most: number): Promise<{ keys: LineKey[]; requests: string[] }> => {
  const asked = await tx.query<LineKey & { id: string }>(
    'select id::text, order_id as "orderId", line from forecast_requests order by id limit $1::integer',
    [most],
  )
  const due = await tx.query<LineKey>(
    'select order_id as "orderId", line from line_forecasts where next_at <= now() order by next_at limit $1::integer',
    [most],
  )
  const keys = new Map(
    [...asked.rows, ...due.rows].map(({ orderId, line }) => [`${orderId} ${line}`, { orderId, line }]),
  )
  return { keys: [...keys.values()], requests: asked.rows.map(({ id }) => id) }
}

/** Takes what was dealt with off the list. */
export const settleRequests = async (tx: Tx, requests: readonly string[]): Promise<void> => {
  await tx.query('delete from forecast_requests where id = any ($1::bigint[])', [requests])
}

export type Made = {
  facts: LineFacts
  forecast: Forecast /** when to look again, epoch ms; null: closed */
  nextAt: number | null
}

type Row = {
  p10: Date | null
  p50: Date | null
  p90: Date | null
  probability_late: number | null
  causes: Cause[]
  as_of: Date
  arrived_at: Date | null
}

const view = (row: Row): Forecast => ({
  p10: row.p10?.toISOString() ?? null,
  p50: row.p50?.toISOString() ?? null,
  p90: row.p90?.toISOString() ?? null,
  probabilityLate: row.probability_late,
  causes: row.causes,
  asOf: row.as_of.toISOString(),
  arrivedAt: row.arrived_at?.toISOString() ?? null,
})

/** The last that was told of these lines, by `orderId line`. */
export const lastTold = async (tx: Tx, keys: readonly LineKey[]): Promise<Map<string, Forecast>> => {
  const { rows } = await tx.query<Row & { order_id: string; line: string }>(
    `select f.* from unnest($1::uuid[], $2::text[]) as k (order_id, line)
     cross join lateral (select * from forecasts x where x.order_id = k.order_id and x.line = k.line order by x.id desc limit 1) f`,
    [keys.map(({ orderId }) => orderId), keys.map(({ line }) => line)],
  )
  return new Map(rows.map((row) => [`${row.order_id} ${row.line}`, view(row)]))
}

const COLUMNS = 'order_id, line, org_id, supplier_id, as_of, p10, p50, p90, probability_late, causes, arrived_at'
const VALUES = `unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
  $8::timestamptz[], $9::float8[], $10::jsonb[], $11::timestamptz[]`

const columnsOf = (made: readonly Made[]): unknown[] => [
  made.map(({ facts }) => facts.orderId),
  made.map(({ facts }) => facts.line),
  made.map(({ facts }) => facts.orgId),
  made.map(({ facts }) => facts.supplierId),
  made.map(({ forecast }) => forecast.asOf),
  made.map(({ forecast }) => forecast.p10),
  made.map(({ forecast }) => forecast.p50),
  made.map(({ forecast }) => forecast.p90),
  made.map(({ forecast }) => forecast.probabilityLate),
  made.map(({ forecast }) => JSON.stringify(forecast.causes)),
  made.map(({ forecast }) => forecast.arrivedAt),
]

/** Keeps each as the newest of its line. */
export const keepNewest = async (tx: Tx, made: readonly Made[]): Promise<void> => {
  await tx.query(
    `insert into line_forecasts (${COLUMNS}, next_at) select * from ${VALUES}, $12::timestamptz[])
     on conflict (order_id, line) do update set as_of = excluded.as_of, p10 = excluded.p10, p50 = excluded.p50, p90 = excluded.p90,
       probability_late = excluded.probability_late, causes = excluded.causes, arrived_at = excluded.arrived_at, next_at = excluded.next_at`,
    [...columnsOf(made), made.map(({ nextAt }) => (nextAt === null ? null : new Date(nextAt)))],
  )
}

/** Adds to the history of each line. */
export const tell = async (tx: Tx, made: readonly Made[]): Promise<void> => {
  if (made.length === 0) return
  await tx.query(`insert into forecasts (${COLUMNS}) select * from ${VALUES})`, columnsOf(made))
}

/** What was told of a line, newest first, as far as the organisation of `tx` sees it. */
export const listForecasts = async (
  tx: Tx,
  { orderId, line, after, limit }: LineKey & { after: string | null; limit: number },
): Promise<{ forecast: Forecast; id: string }[]> => {
  const { rows } = await tx.query<Row & { id: string }>(
    `select id::text, as_of, p10, p50, p90, probability_late, causes, arrived_at from forecasts f
     where order_id = $1::uuid and line = $2::text and ($3::bigint is null or f.id < $3::bigint) order by f.id desc limit $4::integer`,
    [orderId, line, after, limit],
  )
  return rows.map((row) => ({ forecast: view(row), id: row.id }))
}
