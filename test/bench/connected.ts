import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Notes } from './figures.ts'
import { countReadings } from './ingest.ts'
import { install, publish, startServer } from './rig.ts'

/** How many files a process may have open here; where that can't be told, as if it were no bound. */
const mostFiles = (): number => {
  try {
    const limit = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** As long as a fleet that all comes back at once may take, s. */
const CONNECT_SECONDS = 60

/** Many devices connected to the embedded broker, each with a reading every 10 s; what each costs in memory. */
export const noteConnected = async (
  { note, notRun, least, most }: Notes,
  databaseServer: string,
  { quick, devices: asked = quick ? 1_000 : 10_000 }: { quick: boolean; devices?: number | undefined },
): Promise<void> => {
  const devices = Math.min(asked, mostFiles() - 500)
  if (devices < asked)
    notRun(`${asked} devices: a process may have ${mostFiles()} files open here (ulimit -n), so it is ${devices}`)
  const installation = await install(databaseServer, devices)
  const server = await startServer(installation.url, null)
  await sleep(2_000)
  const before = await server.memory()
  const began = performance.now()
  const publishing = publish({ port: server.mqttPort, devices: installation.accounts, rate: devices / 10 })
  await publishing.connected
  const seconds = (performance.now() - began) / 1_000
  const cpuBefore = await server.cpuSeconds()
  const from = performance.now()
  await sleep(quick ? 12_000 : 40_000)
  const cpu = ((await server.cpuSeconds()) - cpuBefore) / ((performance.now() - from) / 1_000)
  const memory = await server.memory()
  publishing.stop()
  const { acknowledged } = await publishing.finished
  const stored = await countReadings(installation)
  await server.stop()
  await installation.drop()
  note('devices connected to the embedded broker', devices, '', least(asked))
  note('… all at once, until the last is signed in', seconds, 's', most(CONNECT_SECONDS))
  note('… memory of the server before, without a device', before / 1e6, 'MB')
  note('… with all of them, a reading each 10 s', memory / 1e6, 'MB')
  note('… a device', (memory - before) / devices / 1e3, 'kB')
  note('… cores that the server is busy with', cpu, '')
  note('… readings acknowledged and not stored', acknowledged - stored, '', most(0))
}
