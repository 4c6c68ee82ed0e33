// Ends what a test run has started once the run itself is over, in whatever way: the system closes its end of the
// pipe then, also after kill -9. Lines in: {"id", "kind": "process" | "group" | "postgres" | "folder" | "mount" | "container", …}
// to take something over, {"id"} to let it go.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

const held = new Map()
for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...thing } = JSON.parse(line)
  if (thing.kind === undefined) held.delete(id)
  else held.set(id, thing)
}

const send = (pid, signal) => {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}
const pidsOf = (thing) => {
  if (thing.kind === 'process') return [thing.pid]
  if (thing.kind === 'group') return [-thing.pid]
  if (thing.kind !== 'postgres') return []
  try {
    return [Number.parseInt(readFileSync(join(thing.folder, 'postmaster.pid'), 'utf8'), 10)].filter((pid) => pid > 1)
  } catch {
    return []
  }
}

// the newest first: what was started later may lean on what was there before
const things = [...held.values()].reverse()
for (const thing of things) {
  if (thing.kind === 'container') spawnSync('docker', ['rm', '--force', '--volumes', thing.name], { timeout: 20_000 })
  const pids = pidsOf(thing)
  for (const pid of pids) send(pid, thing.kind === 'postgres' ? 'SIGINT' : 'SIGTERM')
  for (let waited = 0; waited < 5_000 && pids.some((pid) => send(pid, 0)); waited += 50) await delay(50)
  for (const pid of pids) send(pid, 'SIGKILL')
}
for (const thing of things) {
  if (thing.kind === 'mount') spawnSync('umount', ['--lazy', thing.path])
  if (thing.kind === 'folder') rmSync(thing.path, { recursive: true, force: true, maxRetries: 5 })
}
