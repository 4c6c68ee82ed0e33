import type { Tried } from '../model/alarm-quality.ts'
import type { RuleSettings } from '../model/rule-settings.ts'
import { fold, priorityOf } from '../rules/fold.ts'
import { type Recorded, reconcile, type Whole, wholes } from '../rules/reconcile.ts'
import type { Sampled } from '../rules/rule.ts'
import { type Change, INITIAL, type StreamContext, type StreamState } from '../rules/state.ts'
import { type FactsRow, factsVersions, LOAN_FACTS } from './facts.ts'
import type { Tx } from './pool.ts'
import { loadRecords } from './record.ts'
import { SAMPLED, type SampledRow, sampled } from './states.ts'

/** Readings folded at a time: other requests are answered in between. */
const PAGE = 5_000
/** Most readings in one try-out. */
const MOST_READINGS = 500_000

type LoanRow = FactsRow & {
  shipment_id: string
  reference: string
  device_id: number
  code: string
  interval_seconds: number
  report_seconds: number
  gauge: boolean
  from: Date
  to: Date | null
}

/** Streams of shipments that the organisation of `tx` buys, newest loan first. */
const loansSince = async (tx: Tx, from: Date, shipmentId: string | null): Promise<LoanRow[]> => {
  const { rows } = await tx.query<LoanRow>(
    `select a.shipment_id, s.reference, a.device_id, d.code, d.interval_seconds, d.report_seconds, d.pressure_reference = 'gauge' as gauge,
       lower(a.during) as "from", upper(a.during) as "to", ${LOAN_FACTS}
     from assignments a join shipments s on s.id = a.shipment_id join devices d on d.id = a.device_id
     join shipment_access v on v.shipment_id = s.id and v.org_id = app_org() and v.part = 'buyer'
     where coalesce(upper(a.during), 'infinity') > $1::timestamptz and lower(a.during) < now() and ($2::uuid is null or s.id = $2::uuid)
     order by lower(a.during) desc, a.id desc`,
    [from, shipmentId],
  )
  return rows
}

const page = async (tx: Tx, loan: LoanRow, after: StreamState['at'], from: Date): Promise<Sampled[]> => {
  const begin = after ?? { time: Math.max(from.getTime(), loan.from.getTime()), seq: -1 }
  const { rows } = await tx.query<SampledRow>(
    `select ${SAMPLED} from visible_readings x
     where x.shipment_id = $1::uuid and x.device_id = $2::integer and x.time >= $3::timestamptz and (x.time, x.seq) > ($3::timestamptz, $4::integer)
       and x.time < $5::timestamptz order by x.time, x.seq limit $6::integer`,
    [
      loan.shipment_id,
      loan.device_id,
      new Date(begin.time),
      begin.seq,
      loan.to ?? new Date(Date.now() + 600_000),
      PAGE,
    ],
  )
  return rows.map(sampled)
}

type Run = { state: StreamState; changes: Change[] }

const advance = (run: Run, readings: readonly Sampled[], context: StreamContext, until?: number): void => {
  const { state, changes } = fold(run.state, readings, context, until)
  run.state = state
  run.changes.push(...changes)
}

const recordedOf = (whole: Whole, index: number): Recorded => ({
  id: String(index),
  rule: whole.rule,
  clearedAt: whole.clearedAt,
  onset: whole.excursion.onset,
  value: whole.excursion.value,
  limit: whole.excursion.limit,
  peak: whole.excursion.peak,
  cause: whole.excursion.cause ?? null,
  figures: whole.excursion.figures ?? null,
  priority: priorityOf(whole.rule, whole.excursion),
})

export type Tries = { streams: number; readings: number; complete: boolean; stay: number; come: Tried[]; go: Tried[] }

/**
 * Folds what is stored since `from` (epoch ms) twice, with the settings as they were and as they would be, and answers
 * which alarms would come and go. `inForce` are the settings that would hold. Nothing is changed.
 */
export const tryOut = async (
  tx: Tx,
  from: number,
  shipmentId: string | null,
  inForce: RuleSettings,
): Promise<Tries> => {
  const since = new Date(from)
  const tries: Tries = { streams: 0, readings: 0, complete: true, stay: 0, come: [], go: [] }
  const loans = await loansSince(tx, since, shipmentId)
  const records = await loadRecords(tx, [...new Set(loans.map((loan) => loan.shipment_id))])
  for (const loan of loans) {
    if (tries.readings >= MOST_READINGS) {
      tries.complete = false
      break
    }
    const device = { intervalMs: loan.interval_seconds * 1000, reportMs: loan.report_seconds * 1000, gauge: loan.gauge }
    const is: StreamContext = {
      versions: factsVersions(loan, device, records.get(loan.shipment_id)),
      from: loan.from.getTime(),
      to: loan.to?.getTime() ?? null,
    }
    const would: StreamContext = {
      ...is,
      versions: is.versions.map((version) => ({ ...version, facts: { ...version.facts, settings: inForce } })),
    }
    const before: Run = { state: INITIAL, changes: [] }
    const after: Run = { state: INITIAL, changes: [] }
    for (
      let readings = await page(tx, loan, null, since);
      readings.length > 0;
      readings = await page(tx, loan, before.state.at, since)
    ) {
      advance(before, readings, is)
      advance(after, readings, would)
      tries.readings += readings.length
      if (readings.length < PAGE) break
    }
    for (const [run, context] of [
      [before, is],
      [after, would],
    ] as const)
      advance(run, [], context, Date.now())
    tries.streams++
    const were = wholes({}, before.changes, before.state.open).map(recordedOf)
    const { missing, withdrawn, recovered } = reconcile(wholes({}, after.changes, after.state.open), were)
    const tell = ({
      rule,
      onset,
      clearedAt,
      value,
      limit,
      priority,
    }: Omit<Recorded, 'id' | 'peak' | 'cause' | 'figures'>): Tried => ({
      shipmentId: loan.shipment_id,
      shipmentReference: loan.reference,
      deviceId: loan.code,
      rule,
      priority,
      onset: new Date(onset).toISOString(),
      clearedAt: clearedAt === null ? null : new Date(clearedAt).toISOString(),
      value,
      limit,
    })
    tries.come.push(...missing.map((whole, index) => tell(recordedOf(whole, index))))
    tries.go.push(...[...withdrawn, ...recovered].map(tell))
    tries.stay += were.length - withdrawn.length - recovered.length
  }
  return tries
}
