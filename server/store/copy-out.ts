import { to as copyTo } from 'pg-copy-streams'
import type { Sampled } from '../rules/rule.ts'
import type { Tx } from './pool.ts'

const EPOCH_2000_MS = 946_684_800_000
/** The signature, flags, and no extension (PostgreSQL manual, COPY, Binary Format). */
const HEADER_BYTES = 19

/** What of `readings x` the rules look at, as `copySampled` decodes it; of `extra` only a tilt that is a number. */
const COLUMNS = `x.time, x.seq, x.received_at, x.temperature, x.pressure, x.level, x.ambient, x.lat, x.lon, x.battery, x.shock,
  case when jsonb_typeof(x.extra->'tilt') = 'number' then (x.extra->>'tilt')::float8 end`

/**
 * Readings in binary, in the order that they come: a day of one-second readings in a sixth of the time that rows as text
 * take. `rest` follows `from readings x`; COPY takes no parameters, so it must be made of numbers and instants of our own.
 */
export const copySampled = async (tx: Tx, rest: string): Promise<Sampled[]> => {
  const stream = tx.query(copyTo(`copy (select ${COLUMNS} from readings x ${rest}) to stdout (format binary)`))
  // pg's clock for it runs on after its end, and then says so to whoever listens: nobody would be an uncaught error
  stream.on('error', () => undefined)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return decodeSampled(Buffer.concat(chunks))
}

/** Rows of `COLUMNS` as COPY writes them. */
export const decodeSampled = (bytes: Buffer): Sampled[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const readings: Sampled[] = []
  let at = HEADER_BYTES
  const isThere = (): boolean => {
    const length = view.getInt32(at)
    at += 4
    return length >= 0
  }
  const instant = (): number => {
    at += 12
    return Math.floor((view.getInt32(at - 8) * 4_294_967_296 + view.getUint32(at - 4)) / 1_000) + EPOCH_2000_MS
  }
  const double = (): number | null => {
    if (!isThere()) return null
    at += 8
    return view.getFloat64(at - 8)
  }
  while (view.getInt16(at) >= 0) {
    at += 2
    const time = instant()
    at += 8
    const seq = view.getInt32(at - 4)
    const receivedAt = instant()
    const reading: Sampled = {
      time, seq, receivedAt, temperature: double(), pressure: double(), level: double(), ambient: double(),
      lat: double(), lon: double(), battery: double(), shock: double(), extra: null,
    } // biome-ignore format: the columns, in their order
    const tilt = double()
    if (tilt !== null) reading.extra = { tilt }
    readings.push(reading)
  }
  return readings
}
