/**
 * `npm run chaos`: faults, drawn by a seed, while devices send, people watch and are notified; after each everything is
 * counted. Options: --seed N (random without); --minutes 10, half of them on services of their own and half with
 * everything embedded (--only external, --only embedded); --servers 2; --devices 8; --storm 2000; --faults 'a server killed,
 * the database stopped + the broker stopped': in this order, joined by + in one round.
 * CHAOS_LOG=debug shows what the servers say. Ends with 1 when something did not hold, and with how to see it again.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { debianFolder, isDebianRoot } from '../setup/debian.ts'
import type { Host } from '../setup/host.ts'
import { runRounds } from './rounds.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    servers: { type: 'string', default: '2' },
    devices: { type: 'string', default: '8' },
    storm: { type: 'string', default: '2000' },
    faults: { type: 'string' },
    only: { type: 'string' },
  },
})
const number = (name: 'minutes' | 'servers' | 'devices' | 'storm'): number => {
  const given = Number(values[name])
  if (!(given > 0)) throw new Error(`--${name} wants a number above 0`)
  return given
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed)
const findHost = async (): Promise<Host | null> => {
  if (isDebianRoot()) return { kind: 'folder', root: await debianFolder() }
  if (spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 }).status === 0) return { kind: 'containers' }
  console.log('!!! NOT RUN: services of their own: that takes Debian and root, or a container engine')
  return null
}

const host = values.only === 'embedded' ? null : await findHost()
const worlds = [...(host === null ? [] : [host]), ...(values.only === 'external' ? [] : [null])]
const found: string[] = []
for (const each of worlds) {
  found.push(
    ...(await runRounds({
      seed,
      host: each,
      servers: each === null ? 1 : number('servers'),
      devices: number('devices'),
      storm: number('storm'),
      ...(values.faults !== undefined && { faults: values.faults.split(',').map((fault) => fault.trim()) }),
      forMs: (number('minutes') * 60_000) / worlds.length,
      say: console.log,
    })),
  )
}
console.log(
  found.length === 0
    ? `seed ${seed}: everything held`
    : `seed ${seed}: ${found.length} did not hold; again with: npm run chaos -- --seed ${seed} --minutes ${values.minutes} --servers ${values.servers} --devices ${values.devices} --storm ${values.storm}${values.only === undefined ? '' : ` --only ${values.only}`}${values.faults === undefined ? '' : ` --faults '${values.faults}'`}`,
)
process.exit(found.length === 0 ? 0 : 1)
