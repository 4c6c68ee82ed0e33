import { parseArgs } from 'node:util'
import { MAX_BEHIND_MS, MAX_READINGS } from '../../server/model/reading.ts'
import { signIn } from '../api.ts'
import { parseMap, type RecordingPlan, readRows } from '../recording.ts'
import { type ReplayResult, replay, shiftToNow, spanOf } from '../replay.ts'
import { SUBSTANCES } from '../substance.ts'
import { brokerUrl, Mistake, needed, number, oneOf, type Surroundings, seconds, whole } from './options.ts'

export const REPLAY_HELP = `replay: send any CSV recording as a device
  --file f.csv                 the recording; its first line holds the headings
  --delimiter ;                default , (\\t for a tab)
  --time datetime              column of the time: ISO 8601, with or without an offset, or epoch seconds or ms
  --zone +08:00                offset of times that have none; default Z
  --map temperature=Column,…   measures: temperature pressure level ambient lat lon battery shock
  --extra Column,Column        columns that go along as they are
  --speed-up 60                times as fast as recorded, at least 1; default 1; 0 is as fast as it goes
  --keep-times                 send the recorded times; else the last row gets the moment at which it is sent
  --batch 20                   readings in a message, 1 to 1000; default 1
  --mqtt mqtt://127.0.0.1:1883
  --device id --secret s       a device that exists, or
  --api http://127.0.0.1:3000 --email e --password p [--device id] [--pressure-reference gauge] [--cas 67-56-1]
                               to register one, with a shipment around it
  --patience 30                s to wait for the last acknowledgements and commits`

const OPTIONS = {
  file: { type: 'string' },
  delimiter: { type: 'string', default: ',' },
  time: { type: 'string' },
  zone: { type: 'string', default: 'Z' },
  map: { type: 'string' },
  extra: { type: 'string' },
  'speed-up': { type: 'string', default: '1' },
  'keep-times': { type: 'boolean', default: false },
  batch: { type: 'string', default: '1' },
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  device: { type: 'string' },
  secret: { type: 'string' },
  api: { type: 'string' },
  email: { type: 'string' },
  password: { type: 'string' },
  'pressure-reference': { type: 'string', default: 'absolute' },
  cas: { type: 'string', default: '67-56-1' },
  patience: { type: 'string', default: '30' },
} as const

const register = async (
  options: { api: string; email: string; password: string; cas: string; reference: 'absolute' | 'gauge' },
  deviceId: string,
  file: string,
  window: { from: number; to: number; intervalSeconds: number },
) => {
  const api = await signIn(options.api, options.email, options.password)
  const substance = SUBSTANCES.get(options.cas)
  if (substance) await api.ensureSubstances([substance])
  const secret = await api.registerDevice({
    id: deviceId,
    intervalSeconds: window.intervalSeconds,
    pressureReference: options.reference,
  })
  const shipmentId = await api.createShipment({
    reference: `Replay of ${file.split(/[\\/]/).at(-1)}`.slice(0, 100),
    substanceCas: options.cas,
    origin: { name: 'Recorded', lat: 30.82, lon: 121.45 },
    destination: { name: 'Replayed', lat: 30.66, lon: 104.08 },
    departAt: window.from,
    eta: window.to + 3_600_000,
    deviceId,
    from: window.from,
    ...(substance && { limits: substance.limits }),
  })
  return { secret, shipmentId }
}

/** What became of every row; nothing goes missing without a line here. */
export const summary = (result: ReplayResult): string[] => {
  const { rows, readings, problems, counts } = result
  const whole = problems.filter((problem) => problem.whole)
  return [
    ...problems.map(({ line, reason, whole }) => `line ${line}: ${whole ? 'not sent' : 'sent without it'}: ${reason}`),
    `rows read ${rows} = readings ${readings} + unsendable ${whole.length}${gaveUp(result) ? ' + 1 not reached, and what follows it' : ''}`,
    `cells left behind ${problems.length - whole.length}`,
    `readings sent ${counts.sent}, acknowledged ${counts.acknowledged}, committed ${counts.committed}, sent again ${counts.repeated}`,
  ]
}

/** Rows were left that nobody looked at: it was interrupted, or the device's memory stayed full. */
const gaveUp = ({ rows, readings, problems }: ReplayResult) =>
  rows !== readings + problems.filter((problem) => problem.whole).length

/** True when all that could be sent was acknowledged. */
export const replayCommand = async (args: string[], { say, signal }: Surroundings): Promise<boolean> => {
  const { values } = parseArgs({ args, options: OPTIONS })
  const mqtt = brokerUrl(values.mqtt)
  const map = parseMap(needed('map', values.map))
  if ('problem' in map) throw new Mistake(map.problem)
  if (!/^(Z|[+-]\d\d:?\d\d)$/.test(values.zone))
    throw new Mistake(`--zone is Z or such as +08:00; it was ${values.zone}`)
  const recording: RecordingPlan = {
    file: needed('file', values.file),
    delimiter: values.delimiter === '\\t' ? '\t' : values.delimiter,
    time: needed('time', values.time),
    columns: map.columns,
    extra: values.extra ? values.extra.split(',').map((heading) => heading.trim()) : [],
    zone: values.zone,
  }
  const speedUp = number('speed-up', values['speed-up'], 0) || Number.POSITIVE_INFINITY
  if (speedUp < 1) throw new Mistake('--speed-up below 1 would carry times ahead of the clock')
  const batch = Math.min(MAX_READINGS, whole('batch', values.batch, 1))
  const reference = oneOf('pressure-reference', values['pressure-reference'], ['absolute', 'gauge'])
  const patienceMs = seconds('patience', values.patience) * 1000

  const span = await spanOf(readRows(recording))
  if (!span) throw new Mistake(`${recording.file} has no row that could be sent`)
  const startedAt = Date.now()
  const shiftMs = values['keep-times'] ? 0 : shiftToNow(span, startedAt, speedUp)
  if (span.first + shiftMs < startedAt - MAX_BEHIND_MS)
    say('The recording reaches back more than 30 days: the server will refuse its oldest readings.')
  if (span.last + shiftMs > startedAt + 300_000 + (span.last - span.first) / speedUp)
    say('The recording lies ahead of the clock: the server will refuse those readings.')

  const deviceId = values.device ?? `replay-${startedAt.toString(36)}`
  const window = {
    from: span.first + shiftMs,
    to: span.last + shiftMs,
    intervalSeconds: Math.max(0.1, Math.round((span.last - span.first) / Math.max(1, span.rows - 1)) / 1000),
  }
  let secret = values.secret
  if (values.api !== undefined) {
    const { email, password } = values
    const account = { email: needed('email', email), password: needed('password', password) }
    const made = await register(
      { api: values.api, ...account, cas: values.cas, reference },
      deviceId,
      recording.file,
      window,
    )
    secret = made.secret
    say(`Device ${deviceId}, shipment ${made.shipmentId}: ${new URL(`/shipments/${made.shipmentId}`, values.api)}`)
  } else needed('device', values.device)
  say(
    `${span.rows} rows from ${new Date(window.from).toISOString()} to ${new Date(window.to).toISOString()}, as ${deviceId}, about ${Math.ceil((span.last - span.first) / speedUp / 1000)} s`,
  )
  const result = await replay({
    recording,
    span,
    mqtt,
    deviceId,
    secret: needed('secret', secret),
    speedUp,
    batch,
    shiftMs,
    boot: Math.floor(startedAt / 1000),
    patienceMs,
    signal,
    say,
  })
  for (const line of summary(result)) say(line)
  if (result.counts.acknowledged > 0 && result.counts.committed === 0)
    say('Nobody said committed: the broker has the readings, but no server behind it has said that it stored them.')
  return !gaveUp(result) && result.counts.acknowledged === result.readings
}
