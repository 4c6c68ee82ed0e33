import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createClock } from '../clock.ts'
import { DemoDevices, DemoMessage, planDemo } from '../demo.ts'
import { describe, runFleet } from '../fleet.ts'
import { runDemoSupplier } from '../suppliers/demo.ts'
import { brokerUrl, Mistake, readJson, type Surroundings } from './options.ts'

export const DEMO_HELP = `demo: the fleet that a server with DEMO forks
  --mqtt mqtt://127.0.0.1:1883
  --credentials file.json      [{"deviceId","secret","substanceCas","scenario","route","pressureReference","startedAt", …}];
                               without it, the first IPC message: the same list, or {"devices":[…],"supplierLink"?}.
                               Ends when the IPC channel does. A link lets a supplier speak of its line that is latest`

const OPTIONS = {
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  credentials: { type: 'string' },
} as const

const fromParent = async (signal: AbortSignal) => {
  if (!process.channel) throw new Mistake('--credentials is needed, or a parent process that sends the list')
  const [message] = await once(process, 'message', { signal })
  const parsed = DemoMessage.safeParse(message)
  if (!parsed.success) throw new Mistake(`what the parent process sent: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** The last six hours go first, as a backlog; then it is live. */
export const demoCommand = async (args: string[], { say, signal }: Surroundings): Promise<boolean> => {
  const { values } = parseArgs({ args, options: OPTIONS })
  const mqtt = brokerUrl(values.mqtt)
  const { devices, supplierLink } =
    values.credentials === undefined
      ? await fromParent(signal)
      : { devices: await readJson(values.credentials, DemoDevices), supplierLink: undefined }
  const plans = planDemo(devices, Date.now())
  const supplier =
    supplierLink === undefined
      ? null
      : runDemoSupplier(supplierLink, { say, signal }).catch((error: unknown) =>
          say(`the simulated supplier has ended: ${error instanceof Error ? error.message : error}`),
        )
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
  await supplier
  say(describe(counts))
  return true
}
