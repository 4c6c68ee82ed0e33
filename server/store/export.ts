import { asOrganisation, type Pool, type Tx, type Viewer } from './pool.ts'

/** A reading as it goes out; pressure in bar absolute. */
export type ExportRow = {
  time: Date
  device: string
  seq: number
  received_at: Date
  temperature: number | null
  pressure: number | null
  level: number | null
  ambient: number | null
  lat: number | null
  lon: number | null
  battery: number | null
  shock: number | null
  /** JSON */
  extra: string | null
}

const PAGE = 5_000

type Loan = { device_id: number; device: string; from: Date; to: Date }

const loansOf = async (tx: Tx, shipmentId: string, from: number, to: number): Promise<Loan[]> => {
  const { rows } = await tx.query<Loan>(
    `select a.device_id, d.code as device, greatest(lower(a.during), $2::timestamptz) as "from",
       least(upper(a.during), $3::timestamptz) as "to"
     from assignments a join devices d on d.id = a.device_id
     where a.shipment_id = $1::uuid and a.during && tstzrange($2::timestamptz, $3::timestamptz)
     order by lower(a.during), a.id`,
    [shipmentId, new Date(from), new Date(to)],
  )
  return rows
}

const pageOf = async (
  tx: Tx,
  shipmentId: string,
  loan: Loan,
  after: Pick<ExportRow, 'time' | 'seq'>,
): Promise<ExportRow[]> => {
  const { rows } = await tx.query<ExportRow>(
    `select time, $3::text as device, seq, received_at, temperature, pressure, level, ambient, lat, lon, battery, shock,
       extra::text as extra
     from visible_readings
     where shipment_id = $1::uuid and device_id = $2::integer and time >= $4::timestamptz and time < $5::timestamptz
       and (time, seq) > ($4::timestamptz, $6::integer)
     order by time, seq limit ${PAGE}`,
    [shipmentId, loan.device_id, loan.device, after.time, loan.to, after.seq],
  )
  return rows
}

/**
 * All that was measured on a shipment from `from` to `to` (epoch ms, half open), loan by loan in order of time, a page of
 * some thousand at a time. A transaction a page: a slow reader holds nothing up, and who may no longer see the shipment
 * gets no further page.
 */
export async function* exportReadings(
  pool: Pool,
  viewer: Viewer,
  { shipmentId, from, to }: { shipmentId: string; from: number; to: number },
): AsyncGenerator<ExportRow[]> {
  for (const loan of await asOrganisation(pool, viewer, (tx) => loansOf(tx, shipmentId, from, to))) {
    let after = { time: loan.from, seq: -1 }
    while (true) {
      const page = await asOrganisation(pool, viewer, (tx) => pageOf(tx, shipmentId, loan, after))
      if (page.length > 0) yield page
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      after = { time: last.time, seq: last.seq }
    }
  }
}
