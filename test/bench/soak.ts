import { setTimeout as sleep } from 'node:timers/promises'
import type { Notes } from './figures.ts'
import { countReadings } from './ingest.ts'
import { install, percentile, publish, type Server, startServer } from './rig.ts'

const SAMPLE_MS = 10_000

type Sample = { memory: number; waiting: number; ageMs: number }

/**
 * A constant load for long, 30 minutes without `seconds`: what grows slowly shows. The first fifth is warming up; of what
 * follows, the last quarter is held against the first: memory, and how old a reading is when it is acknowledged.
 */
export const noteSoak = async (
  { note, least, most }: Notes,
  at: { name: string; databaseUrl: string; mqttUrl: string | null },
  { seconds = 1_800, rate = 2_000 }: { seconds?: number | undefined; rate?: number } = {},
): Promise<void> => {
  const installation = await install(at.databaseUrl, 200)
  const server = await startServer(installation.url, at.mqttUrl)
  const publishing = publish({ port: server.mqttPort, devices: installation.accounts, rate })
  await publishing.connected
  const began = performance.now()
  const samples: Sample[] = []
  const age = sampledAge(server)
  for (let i = 1; performance.now() - began < seconds * 1_000; i++) {
    await sleep(Math.max(0, began + i * SAMPLE_MS - performance.now()))
    samples.push({
      memory: await server.memory(),
      waiting: await server.metric('zaitu_waiting_readings'),
      ageMs: await age(),
    })
  }
  publishing.stop()
  const { acknowledged, perSecond } = await publishing.finished
  for (let waited = 0; waited < 30 && (await server.metric('zaitu_waiting_readings')) > 0; waited++) await sleep(1_000)
  const cpu = (await server.cpuSeconds()) / seconds
  await server.stop()
  const stored = await countReadings(installation)
  await installation.drop()
  const settled = samples.slice(Math.floor(samples.length / 5))
  const quarter = Math.max(1, Math.floor(settled.length / 4))
  const of = (part: readonly Sample[], key: keyof Sample) =>
    percentile(
      part.map((sample) => sample[key]),
      0.5,
    )
  const [early, late] = [settled.slice(0, quarter), settled.slice(-quarter)]
  note(`${seconds} s of ${rate} msg/s, ${at.name}, messages acknowledged`, perSecond, '/s', least(rate * 0.98))
  note('… memory, the last quarter against the first', of(late, 'memory') / of(early, 'memory'), '', most(1.1))
  note('… memory at the end', of(late, 'memory') / 1e6, 'MB')
  note('… from receiving to acknowledging, the first quarter', of(early, 'ageMs'), 'ms')
  note('… the last', of(late, 'ageMs'), 'ms', most(Math.max(20, 1.5 * of(early, 'ageMs'))))
  note('… readings that wait, at most', Math.max(...settled.map(({ waiting }) => waiting)), '', most(rate))
  note('… cores that the server is busy with', cpu, '')
  note('… readings acknowledged and not stored', acknowledged - stored, '', most(0))
}

/** The mean of what was acknowledged since it was asked last, ms. */
const sampledAge = (server: Server) => {
  let [sum, count] = [0, 0]
  return async (): Promise<number> => {
    const [toSum, toCount] = [
      await server.metric('zaitu_acknowledgement_age_seconds_sum'),
      await server.metric('zaitu_acknowledgement_age_seconds_count'),
    ]
    const mean = toCount === count ? 0 : ((toSum - sum) / (toCount - count)) * 1_000
    sum = toSum
    count = toCount
    return mean
  }
}
