import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createForecaster } from '../../server/forecasts.ts'
import { NOTHING_LEARNT } from '../../server/orders/forecast/learn.ts'
import { forecastLine } from '../../server/orders/forecast/line.ts'
import { startEmbeddedPostgres } from '../../server/store/embedded.ts'
import { loadLineFacts } from '../../server/store/forecast-facts.ts'
import { migrate } from '../../server/store/migrate.ts'
import { inTransaction, openPool } from '../../server/store/pool.ts'
import { SILENT } from './rig.ts'

export type Forecasting = {
  lines: number
  /** all of them, from the list of what happened to the newest kept, and once more an hour later */
  firstSeconds: number
  againSeconds: number
  /** processor time of ours in the second, and of the model alone */
  againCpuSeconds: number
  modelSeconds: number
  stagesLearntFrom: number
}

const SHIPPED = 500
const POSITIONS = 48

/** Lines of one buyer with forty suppliers: each at another stage, with estimates; a part of them on their way with positions. */
const seed = async (url: string, lines: number): Promise<string> => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>(
      `insert into organisations (name, kind) values ('bench buyer', 'buyer') returning id`,
    )
    const buyer = rows[0]?.id ?? ''
    await client.query(
      `insert into organisations (name, kind) select 'bench supplier ' || n, 'supplier' from generate_series(1, 40) n`,
    )
    const plan = `(select jsonb_agg(jsonb_build_object('stage', s, 'weight', 1, 'plannedAt', iso(now() - interval '40 days' + x * interval '8 days')) order by x)
      from unnest(array['raw-material','synthesis','quality-released','filled','ready','picked-up']) with ordinality u (s, x))`
    await client.query(
      `insert into orders (org_id, number, ordered_at, created_at)
       select $1, 'B' || n, now() - interval '40 days', now() - interval '40 days' from generate_series(1, $2 / 10) n`,
      [buyer, lines],
    )
    await client.query(
      `insert into order_lines (order_id, line, org_id, supplier_id, substance_id, quantity, unit, need_by, stages, family)
       select o.id, n::text, o.org_id, (select id from organisations where name = 'bench supplier ' || (1 + substr(o.number, 2)::integer % 40)),
         (select id from substances where org_id is null order by id limit 1), 20, 't', now() + interval '20 days', ${plan}, 'f' || n % 7
       from orders o cross join generate_series(1, 10) n where o.org_id = $1`,
      [buyer],
    )
    await client.query(
      `insert into milestones (order_id, line, org_id, supplier_id, stage, classifier, at, said_org, said_by, recorded_at)
       select l.order_id, l.line, l.org_id, l.supplier_id, s.stage, s.classifier, s.at, l.supplier_id, '{"kind":"mqtt","id":"x","name":"x"}', s.at - s.lead
       from (select *, row_number() over () as n from order_lines where org_id = $1) l
       cross join lateral (
         select u.s as stage, 'actual' as classifier, now() - interval '39 days' + u.x * (7 + (l.n * u.x) % 5) * interval '1 day' as at, interval '0' as lead
         from unnest(array['raw-material','synthesis','quality-released','filled','ready','picked-up']) with ordinality u (s, x) where u.x <= l.n % 5
         union all
         select u.s, 'estimated', now() - interval '38 days' + u.x * interval '8 days', interval '6 days'
         from unnest(array['raw-material','synthesis','quality-released','filled']) with ordinality u (s, x) where u.x <= l.n % 5 + 1
       ) s where s.at - s.lead <= now()`,
      [buyer],
    )
    await client.query(
      `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
       select $1, 'B' || n, (select id from substances where org_id is null order by id limit 1), '{"name":"a","lat":31.2,"lon":121.5}',
         '{"name":"b","lat":30.6,"lon":104.1}', now() - interval '2 days', now() + interval '2 days', 'in-transit' from generate_series(1, $2) n`,
      [buyer, SHIPPED],
    )
    await client.query(
      `insert into shipment_phases (org_id, shipment_id, valid_from, phase) select org_id, id, depart_at, 'in-transit' from shipments where org_id = $1`,
      [buyer],
    )
    await client.query(
      `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
       select 'bench-' || n, $1, 60, 60, 'absolute', '\\x00' from generate_series(1, $2) n`,
      [buyer, SHIPPED],
    )
    await client.query(
      `insert into assignments (org_id, shipment_id, device_id, during)
       select $1, s.id, d.id, tstzrange(s.depart_at, null) from shipments s join devices d on d.code = 'bench-' || substr(s.reference, 2) where s.org_id = $1`,
      [buyer],
    )
    await client.query(
      `insert into readings (device_id, time, seq, received_at, lat, lon)
       select d.id, now() - n * interval '1 hour', 0, now() - n * interval '1 hour', 31.2 - 0.005 * (${POSITIONS} - n), 121.5 - 0.15 * (${POSITIONS} - n)
       from devices d cross join generate_series(1, ${POSITIONS}) n where d.org_id = $1`,
      [buyer],
    )
    await client.query(
      `insert into shipment_lines (shipment_id, order_id, line, org_id, supplier_id, quantity)
       select s.id, l.order_id, l.line, l.org_id, l.supplier_id, 20
       from (select *, row_number() over () as n from order_lines where org_id = $1) l join shipments s on s.reference = 'B' || l.n where s.org_id = $1`,
      [buyer],
    )
    await client.query('analyze')
    return buyer
  } finally {
    await client.end()
  }
}

/** How long it takes to forecast all lines of a buyer again, on an embedded database of its own. */
export const measureForecasts = async (lines: number): Promise<Forecasting> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'zaitu-bench-forecast-'))
  const embedded = await startEmbeddedPostgres({ dataDir, log: SILENT })
  try {
    await migrate(embedded.url)
    const buyer = await seed(embedded.url, lines)
    const owner = openPool(embedded.url, { role: 'owner', max: 1, log: SILENT })
    const pool = openPool(embedded.url, { role: 'zaitu_ingest', max: 2, log: SILENT })
    try {
      const forecaster = createForecaster({ pool, log: SILENT, orderChanged: () => undefined })
      const timed = async (): Promise<{ seconds: number; cpuSeconds: number }> => {
        const [from, cpu] = [performance.now(), process.cpuUsage()]
        const count = await forecaster.look()
        if (count < lines) throw new Error(`${count} of ${lines} lines were forecast`)
        return { seconds: (performance.now() - from) / 1000, cpuSeconds: process.cpuUsage(cpu).user / 1e6 }
      }
      const first = await timed()
      await owner.query('update line_forecasts set next_at = now()')
      const again = await timed()
      const { rows } = await owner.query<{ orderId: string; line: string }>(
        'select order_id as "orderId", line from order_lines where org_id = $1',
        [buyer],
      )
      const facts = await inTransaction(pool, (tx) => loadLineFacts(tx, rows, Date.now()))
      const from = performance.now()
      for (const one of facts) forecastLine(one, NOTHING_LEARNT, Date.now())
      const modelSeconds = (performance.now() - from) / 1000
      const learnt = await owner.query<{ n: number }>(
        `select count(*)::integer as n from milestones where org_id = $1 and classifier = 'actual'`,
        [buyer],
      )
      return {
        lines, firstSeconds: first.seconds, againSeconds: again.seconds, againCpuSeconds: again.cpuSeconds, modelSeconds,
        stagesLearntFrom: learnt.rows[0]?.n ?? 0,
      } // biome-ignore format: the figures
    } finally {
      await Promise.all([owner.end(), pool.end()])
    }
  } finally {
    await embedded.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
