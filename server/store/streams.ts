import type { Outage } from '../rules/silence.ts'
import type { StreamContext, StreamState } from '../rules/state.ts'
import { type FactsRow, factsVersions, LOAN_FACTS } from './facts.ts'
import type { Tx } from './pool.ts'
import { type LoadedRecord, loadRecords } from './record.ts'

/** One loan of a device to a shipment, with the state of its rules. Times in epoch ms. */
export type Stream = {
  assignmentId: string
  shipmentId: string
  /** whose shipment it is */
  orgId: string
  /** the organisations that see the shipment */
  audience: readonly string[]
  deviceId: number
  deviceCode: string
  reportMs: number
  context: StreamContext
  /** where the next loan of the same pair begins: alarms from there on are not this one's */
  nextFrom: number | null
  /** null: not loaded yet; 'refolding': too far behind to be folded in passing, a worker is asked to */
  state: StreamState | null | 'refolding'
  /** time of the newest checkpoint that is stored */
  checkpointAt: number
}

export type KnownDevice = {
  id: number
  code: string
  orgId: string
  gauge: boolean
  reportMs: number
  /** may speak no longer; what it has said is still folded */
  revoked: boolean
  /** up to when its messages are expected at several servers, by `performance.now()`: then those here wait their turn */
  elsewhereUntil: number
  streams: Stream[]
}

type DeviceRow = {
  id: number
  code: string
  org_id: string
  gauge: boolean
  interval_seconds: number
  report_seconds: number
  revoked: boolean
}
type LoanRow = FactsRow & {
  id: string
  device_id: number
  shipment_id: string
  org_id: string
  audience: string[]
  from: Date
  to: Date | null
}

/** Devices by the name that topics use, with their loans and limits; a name that is unknown is missing from the answer. */
export const loadDevices = async (
  tx: Tx,
  codes: readonly string[],
  outages: readonly Outage[],
): Promise<KnownDevice[]> => {
  const { rows: devices } = await tx.query<DeviceRow>(
    `select id, code, org_id, pressure_reference = 'gauge' as gauge, interval_seconds, report_seconds, revoked_at is not null as revoked
     from devices where code = any($1::text[])`,
    [codes],
  )
  if (devices.length === 0) return []
  const { rows: loans } = await tx.query<LoanRow>(
    `select a.id, a.device_id, a.shipment_id, a.org_id, lower(a.during) as "from", upper(a.during) as "to",
       array(select v.org_id::text from shipment_access v where v.shipment_id = a.shipment_id) as audience,
       ${LOAN_FACTS}
     from assignments a join shipments s on s.id = a.shipment_id where a.device_id = any($1::integer[]) order by lower(a.during)`,
    [devices.map((device) => device.id)],
  )
  const records = await loadRecords(tx, [...new Set(loans.map((loan) => loan.shipment_id))])
  return devices.map((device) => ({
    id: device.id,
    code: device.code,
    orgId: device.org_id,
    gauge: device.gauge,
    reportMs: device.report_seconds * 1000,
    revoked: device.revoked,
    elsewhereUntil: Number.NEGATIVE_INFINITY,
    streams: loans
      .filter((loan) => loan.device_id === device.id)
      .map((loan, index, all) => streamOf(device, loan, all.slice(index + 1), outages, records.get(loan.shipment_id))),
  }))
}

const streamOf = (
  device: DeviceRow,
  loan: LoanRow,
  later: readonly LoanRow[],
  outages: readonly Outage[],
  record: LoadedRecord | undefined,
): Stream => ({
  assignmentId: loan.id,
  shipmentId: loan.shipment_id,
  orgId: loan.org_id,
  audience: loan.audience,
  deviceId: device.id,
  deviceCode: device.code,
  reportMs: device.report_seconds * 1000,
  context: {
    versions: factsVersions(
      loan,
      {
        intervalMs: device.interval_seconds * 1000,
        reportMs: device.report_seconds * 1000,
        gauge: device.gauge,
      },
      record,
    ),
    from: loan.from.getTime(),
    to: loan.to?.getTime() ?? null,
    outages,
  },
  nextFrom: later.find((other) => other.shipment_id === loan.shipment_id)?.from.getTime() ?? null,
  state: null,
  checkpointAt: Number.NEGATIVE_INFINITY,
})

/** Whether a moment falls into a loan. */
export const isWithin = ({ context }: Stream, time: number): boolean =>
  context.from <= time && (context.to === null || time < context.to)

/** The loan that a moment falls into, or undefined. */
export const streamAt = (device: KnownDevice, time: number): Stream | undefined =>
  device.streams.findLast((stream) => isWithin(stream, time))
