import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DemoDevice } from './demo.ts'
import type { Logger } from './log.ts'

const CLI = fileURLToPath(new URL('../simulators/cli.ts', import.meta.url))

/** Runs the demo's devices, and the supplier that speaks by this link, in a process of their own, which ends with ours. Answers what stops it. */
export const createDemoFleet = (
  { devices, supplierLink }: { devices: readonly DemoDevice[]; supplierLink: string },
  mqtt: string,
  log: Logger,
): (() => Promise<void>) => {
  const child = fork(CLI, ['demo', '--mqtt', mqtt], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let stopping = false
  const ended = new Promise<void>((resolve) =>
    child.once('exit', (code) => {
      if (!stopping) log.warn({ code }, 'the simulated fleet has ended')
      resolve()
    }),
  )
  child.on('error', (error) => log.warn({ error: error.message }, 'the simulated fleet could not be started'))
  child.send({ devices, supplierLink })
  return async () => {
    stopping = true
    if (child.connected) child.disconnect()
    child.kill('SIGTERM')
    await ended
  }
}
