import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createClock } from '../clock.ts'
import { DemoDevices, planDemo } from '../demo.ts'
import { describe, runFleet } from '../fleet.ts'
import { brokerUrl, Mistake, readJson, type Surroundings } from './options.ts'

export const DEMO_HELP = `demo: the fleet that a server with DEMO forks
  --mqtt mqtt://127.0.0.1:1883
  --credentials file.json      [{"deviceId","secret","substanceCas","scenario","route","pressureReference","startedAt", …}];
                               without it, the same list as the first IPC message. Ends when the IPC channel does`

const OPTIONS = {
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  credentials: { type: 'string' },
} as const

const fromParent = async (signal: AbortSignal) => {
  if (!process.channel) throw new Mistake('--credentials is needed, or a parent process that sends the list')
  const [message] = await once(process, 'message', { signal })
  const parsed = DemoDevices.safeParse(message)
  if (!parsed.success) throw new Mistake(`what the parent process sent: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** The last six hours go first, as a backlog; then it is live. */
export const demoCommand = async (args: string[], { say, signal }: Surroundings): Promise<boolean> => {
  const { values } = parseArgs({ args, options: OPTIONS })
  const mqtt = brokerUrl(values.mqtt)
  const devices =
    values.credentials === undefined ? await fromParent(signal) : await readJson(values.credentials, DemoDevices)
  const plans = planDemo(devices, Date.now())
  const counts = await runFleet({
    members: plans.map((plan, index) => ({
      plan,
      secret: devices[index]?.secret ?? '',
      reportSeconds: devices[index]?.reportSeconds ?? plan.intervalSeconds,
    })),
    mqtt,
    clock: createClock(Date.now(), 0, 1),
    signal,
    say,
    sayEveryMs: 600_000,
  })
  say(describe(counts))
  return true
}
