import { setTimeout as pause } from 'node:timers/promises'
import { createRandom } from '../../simulators/random.ts'
import type { Host } from '../setup/host.ts'
import { FAULTS, type Fault } from './faults.ts'
import { judge } from './judge.ts'
import { startWorld, type World } from './world.ts'

export type Plan = {
  seed: number
  /** null: one server with everything embedded */
  host: Host | null
  servers: number
  devices: number
  /** devices that come at once */
  storm: number
  /** names of faults, in this order, several of one round joined by ' + '; without it they are drawn until the time is up */
  faults?: readonly string[]
  /** how long each lasts, against a long run: 1 unless given otherwise */
  pace?: number
  /** no round begins after so long, ms */
  forMs: number
  say(line: string): void
}

/** Each fault once before any comes again, in an order of the seed's own. */
const drawn = function* (faults: readonly Fault[], next: () => number): Generator<Fault> {
  while (true) {
    const left = [...faults]
    while (left.length > 0) {
      const [fault] = left.splice(Math.floor(next() * left.length), 1)
      if (fault !== undefined) yield fault
    }
  }
}

/** Several in one round, one after the other; null where none of them can be. */
const joinedBy = (name: string, world: World, say: (line: string) => void): Fault | null => {
  const parts = name.split(' + ').flatMap((one) => {
    const known = FAULTS.find((fault) => fault.name === one)
    if (known === undefined) throw new Error(`There is no fault '${one}', but ${FAULTS.map((fault) => fault.name)}`)
    const lacks = known.lacks(world)
    if (lacks !== null) say(`!!! NOT RUN: ${one}: ${lacks}`)
    return lacks === null ? [known] : []
  })
  if (parts.length === 0) return null
  return {
    name: parts.map((part) => part.name).join(' + '),
    lacks: () => null,
    run: async (...given) => {
      for (const part of parts) await part.run(...given)
    },
  }
}

/** Rounds of work, a fault and a judgement. Resolves to what did not hold, as sentences. */
export const runRounds = async ({
  seed,
  host,
  servers,
  devices,
  storm,
  faults,
  pace = 1,
  forMs,
  say,
}: Plan): Promise<string[]> => {
  const random = createRandom('chaos', seed)
  const world = await startWorld(host, { seed, servers, devices })
  const found: string[] = []
  try {
    const possible = (faults ?? []).flatMap((name) => joinedBy(name, world, say) ?? [])
    for (const fault of faults === undefined ? FAULTS : []) {
      const lacks = fault.lacks(world)
      if (lacks === null) possible.push(fault)
      else if (lacks.includes('takes')) say(`!!! NOT RUN: ${fault.name}: ${lacks}`)
    }
    const began = performance.now()
    const order = faults === undefined ? drawn(possible, random.next) : possible.values()
    let round = 0
    for (const fault of order) {
      if (performance.now() - began > forMs) break
      round++
      world.fleet.work()
      world.supplier.work()
      await pause(random.between(500, 1_500) * pace)
      await fault.run(world, random, { storm, pace })
      await pause(random.between(500, 1_500) * pace)
      world.fleet.rest()
      world.supplier.rest()
      const { violations, ...counts } = await judge(world)
      say(
        [
          `${world.kind}, seed ${seed}, round ${round}, ${fault.name}: ${counts.acknowledged} acknowledged`,
          `${counts.stored} stored, ${counts.doubled} doubled, ${counts.missing} missing, ${counts.letters} dead letters`,
          `an unreadable message in ${counts.poisoned} of ${counts.batches} batches`,
          `alarms ${counts.alarmsImplied} implied, ${counts.alarms} there, ${counts.alarmsDoubled} doubled or invented`,
          `${counts.notifications} notifications, ${counts.repeated} came again`,
          `${counts.milestones} milestones`,
          `${world.watchers.length} clients, ${counts.resumed} resumptions, ${counts.changes} alarm changes`,
          `quiet after ${(counts.recoveredMs / 1_000).toFixed(1)} s`,
        ].join('; '),
      )
      for (const violation of violations) {
        say(`!!! ${violation}`)
        found.push(`round ${round}, ${fault.name}: ${violation}`)
      }
      // what did not hold would not hold in the next round, either
      if (violations.length > 0) break
    }
  } finally {
    await world.close()
  }
  return found
}
