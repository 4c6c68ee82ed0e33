/**
 * `npm run bench`: what design.md asks for, measured side by side in one run, since these figures mean something only as
 * ratios. Options: --quick; --only with some of ingest,batches,rules,latency,clients,devices,filled,servers,node-red,chart,forecast,
 * alarms, or those words alone (`npm run bench -- alarms`), and soak, which takes half an hour and runs only where it is
 * named; --seconds of `clients` and `soak`, --devices of `devices`, --readings of `filled`; --seed for the study of the
 * alarms. The last line is one line of JSON with every figure, and with what was not run.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { noteAlarms } from './alarms.ts'
import { measureChart } from './chart.ts'
import { noteClients } from './clients.ts'
import { noteConnected } from './connected.ts'
import { createNotes } from './figures.ts'
import { noteFilled } from './filled.ts'
import { measureForecasts } from './forecast.ts'
import { startInfrastructure } from './infrastructure.ts'
import { type Copied, type Durable, measureCopy, measureDiscarding, measureDurable } from './ingest.ts'
import { measureLatency } from './latency.ts'
import { noteNodeRed } from './node-red.ts'
import { median } from './rig.ts'
import { noteServers } from './servers.ts'
import { noteSoak } from './soak.ts'

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string', default: 'report' },
    seconds: { type: 'string' },
    devices: { type: 'string' },
    readings: { type: 'string' },
  },
  allowPositionals: true,
})
const { quick } = values
const sections = [...(values.only?.split(',') ?? []), ...positionals]
const wanted = (section: string): boolean => sections.length === 0 || sections.includes(section)
const rounds = quick ? 1 : 3
const number = (option: 'seconds' | 'devices' | 'readings'): number | undefined => {
  const given = values[option]
  if (given === undefined) return undefined
  if (!(Number(given) > 0)) throw new Error(`--${option} wants a number above 0`)
  return Number(given)
}

const notes = createNotes()
const { note, notRun, least, most } = notes

const lost = (parts: readonly Durable[]): number =>
  parts.reduce((sum, { expected, stored }) => sum + expected - stored, 0)

const raised = (parts: readonly Durable[]): number => Math.min(...parts.map(({ alarms }) => alarms))
const told = (parts: readonly Durable[]): number => Math.min(...parts.map(({ told }) => told))

const measureService = async (): Promise<void> => {
  const infrastructure = await startInfrastructure()
  try {
    await measureOn(infrastructure)
  } finally {
    await infrastructure.stop()
  }
}

const measureOn = async ({
  embedded,
  external,
  communityUrl,
}: Awaited<ReturnType<typeof startInfrastructure>>): Promise<void> => {
  if (external === null)
    notRun('the external half (no TimescaleDB and Mosquitto here: set TEST_DATABASE_URL and TEST_MQTT_URL)')
  if (wanted('ingest')) {
    const messages = quick ? 40_000 : 150_000
    const discarded: number[] = []
    const discardedInside: number[] = []
    const outside: Durable[] = []
    const inside: Durable[] = []
    for (let round = 0; round < rounds; round++) {
      if (external !== null) {
        discarded.push(await measureDiscarding(external.guardedUrl, messages))
        outside.push(await measureDurable(external.databaseUrl, external.guardedUrl, messages, 1))
      }
      discardedInside.push(await measureDiscarding(null, messages))
      inside.push(await measureDurable(embedded.databaseUrl, null, messages, 1))
    }
    const rate = (parts: readonly Durable[]) => median(parts.map(({ messagesPerSecond }) => messagesPerSecond))
    if (external !== null) {
      note('subscriber that discards everything, Mosquitto', median(discarded), 'msg/s')
      note('durable, 1 reading a message, Mosquitto + TimescaleDB', rate(outside), 'msg/s')
      note(
        '… as a ratio, pair by pair',
        median(outside.map((one, i) => one.messagesPerSecond / (discarded[i] ?? Number.NaN))),
        '',
        least(0.75),
      )
      note('… readings acknowledged and not stored', lost(outside), '', most(0))
      note('… alarms raised, the least of a round', raised(outside), '', least(1))
      note('… events of the outbox, the least of a round', told(outside), '', least(1))
    }
    note('embedded broker that discards everything', median(discardedInside), 'msg/s')
    note('durable, 1 reading a message, embedded', rate(inside), 'msg/s', least(10_000))
    note(
      '… as a ratio, pair by pair',
      median(inside.map((one, i) => one.messagesPerSecond / (discardedInside[i] ?? Number.NaN))),
      '',
    )
    note('… readings acknowledged and not stored', lost(inside), '', most(0))
  }
  if (wanted('batches')) {
    const messages = quick ? 8_000 : 60_000
    for (const [name, parts] of [
      ['Mosquitto + TimescaleDB', external === null ? null : { ...external, mqttUrl: external.guardedUrl }],
      ['embedded', { ...embedded, mqttUrl: null }],
    ] as const) {
      if (parts === null) continue
      const copied: Copied[] = []
      const durable: Durable[] = []
      for (let round = 0; round < rounds; round++) {
        copied.push(await measureCopy(parts.databaseUrl, messages * 20, 20))
        durable.push(await measureDurable(parts.databaseUrl, parts.mqttUrl, messages, 20))
      }
      const againstCopy = (rate: (one: Copied) => number): number =>
        median(copied.map((one, i) => (durable[i]?.readingsPerSecond ?? Number.NaN) / rate(one)))
      const straight = (one: Copied): number => one.rowsPerSecond
      const encoding = (one: Copied): number => one.encodingRowsPerSecond
      note(`binary COPY into the same table, ${name}`, median(copied.map(straight)), 'rows/s')
      note('… encoded on the way', median(copied.map(encoding)), 'rows/s')
      note(
        `durable, 20 readings a message, ${name}`,
        median(durable.map(({ readingsPerSecond }) => readingsPerSecond)),
        'readings/s',
      )
      note('… as a ratio to COPY, pair by pair', againstCopy(straight), '', least(0.7))
      note('… as a ratio to COPY that encodes', againstCopy(encoding), '')
      note('… readings acknowledged and not stored', lost(durable), '', most(0))
      note('… alarms raised, the least of a round', raised(durable), '', least(1))
    }
  }
  if (wanted('rules')) {
    const messages = quick ? 20_000 : 60_000
    for (const [name, parts] of [
      ['Mosquitto + TimescaleDB', external],
      ['embedded', { ...embedded, mqttUrl: null }],
    ] as const) {
      if (parts === null) continue
      // a tank a device, all measures, 1 Hz of event time: one reading a message as a device sends, and as a burst of 20
      for (const readings of [1, 20]) {
        const pairs: number[] = []
        const durable: Durable[] = []
        // bursts scatter from 0.7 to 1.0: more of them, and longer ones
        for (let round = 0; round < (readings === 1 ? rounds + 2 : 3 * rounds); round++) {
          const one = (rules: boolean) =>
            measureDurable(parts.databaseUrl, parts.mqttUrl, readings === 1 ? messages * 2 : messages, readings, {
              rules,
              stepMs: 1_000,
            })
          // the second of a pair has the warmer disk: take turns
          const first = await one(round % 2 === 0)
          const second = await one(round % 2 === 1)
          const [on, off] = round % 2 === 0 ? [first, second] : [second, first]
          durable.push(on, off)
          pairs.push(on.readingsPerSecond / off.readingsPerSecond)
        }
        note(`all rules against none, ${readings} a message, ${name}`, median(pairs), '', least(0.9))
        note(
          '… with all rules',
          median(durable.filter((_, i) => i % 2 === 0).map((one) => one.readingsPerSecond)),
          'readings/s',
        )
        note('… readings acknowledged and not stored', lost(durable), '', most(0))
      }
    }
  }
  if (wanted('latency')) {
    const samples = quick ? 50 : 300
    for (const [name, parts] of [
      ['Mosquitto + TimescaleDB', external],
      ['embedded', { ...embedded, mqttUrl: null }],
    ] as const) {
      if (parts === null) continue
      for (const background of [0, 5_000]) {
        const { p50, p95, p99 } = await measureLatency(parts.databaseUrl, parts.mqttUrl, samples, background)
        const label = `publish → alarm frame, ${background === 0 ? 'idle' : '5,000 msg/s beside it'}, ${name}`
        note(`${label}, p50`, p50, 'ms', most(10))
        note('… p95', p95, 'ms')
        note('… p99', p99, 'ms', most(50))
      }
    }
  }
  if (wanted('clients')) await noteClients(notes, embedded.databaseUrl, { quick, seconds: number('seconds') })
  if (wanted('devices')) await noteConnected(notes, embedded.databaseUrl, { quick, devices: number('devices') })
  if (wanted('filled')) {
    const [name, parts] = external === null ? (['embedded', embedded] as const) : (['TimescaleDB', external] as const)
    const at = { name, databaseUrl: parts.databaseUrl, mqttUrl: external?.mqttUrl ?? null }
    await noteFilled(notes, at, { quick, readings: number('readings'), rounds })
  }
  if (sections.includes('soak'))
    await noteSoak(
      notes,
      external === null
        ? { name: 'embedded', databaseUrl: embedded.databaseUrl, mqttUrl: null }
        : { name: 'Mosquitto + TimescaleDB', ...external },
      { seconds: number('seconds') },
    )
  if (wanted('servers')) await noteServers(notes, external, { quick, rounds })
  if (wanted('node-red')) await noteNodeRed(notes, external, { quick })
  if (wanted('chart')) {
    const days = quick ? 3 : 30
    for (const [name, url] of [
      ['embedded PostgreSQL', embedded.databaseUrl],
      ['TimescaleDB Apache', external?.databaseUrl],
      ['TimescaleDB Community', communityUrl],
    ] as const) {
      if (url === undefined || url === null) {
        notRun(`chart on ${name}`)
        continue
      }
      const result = await measureChart(url, days, quick ? 20 : 100)
      note(`chart of ${days} days at 1 Hz, 1,500 points, ${name}, p50`, result.p50, 'ms')
      note('… p95', result.p95, 'ms', most(50))
      note('… one day out of them, p50', result.dayP50, 'ms')
      note('storage a reading, index included', result.bytesPerReading, 'bytes')
      if (result.compressedBytesPerReading !== null) note('… compressed', result.compressedBytesPerReading, 'bytes')
    }
  }
}

if (wanted('alarms')) await noteAlarms({ note, least, most }, quick, values.seed)
if (wanted('forecast')) {
  const lines = quick ? 1_000 : 10_000
  const result = await measureForecasts(lines)
  note(`forecasts of ${lines} order lines, 500 of them on their way, the first`, result.firstSeconds, 's')
  note(`… and again, ${result.stagesLearntFrom} stages learnt from`, result.againSeconds, 's', most(lines / 1_000))
  note('… processor time of it, without the database', result.againCpuSeconds, 's')
  note('… of the model alone', result.modelSeconds, 's')
}
// the others need a database and a broker
const ALONE = ['alarms', 'forecast']
if (sections.length === 0 || sections.some((section) => !ALONE.includes(section))) await measureService()
console.log(
  JSON.stringify({
    at: new Date().toISOString(),
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim(),
    quick,
    figures: notes.figures,
    notRun: notes.missing,
  }),
)
process.exit(0)
