import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Judged } from './judge.ts'
import type { StudyScenario } from './trips.ts'

/** trips of each scenario, and days of each trip */
export type StudyPlan = { seed: string; trips: number; days: number; normalTrips: number; normalDays: number }

export type Studied = { scenario: StudyScenario; judged: Judged[] }
export type StudyResult = { studied: Studied[]; microsecondsAReading: number }

const NORMAL: readonly StudyScenario[] = ['normal', 'normal-gauge', 'normal-unknown-cargo']
const SCENARIOS: readonly StudyScenario[] = [
  ...NORMAL, 'leak', 'leak-unknown-cargo', 'self-heating', 'relief-lifted', 'gas-evolution', 'frozen-sensor', 'heating',
  'silence', 'late-backlog',
] // biome-ignore format: a list

const SHARE = 10
const Done = z.object({ judged: z.array(z.custom<Judged>()), foldMs: z.number(), readings: z.number() })

/** Runs the whole study in as many processes as there are cores. The same plan gives the same result. */
export const runStudy = async (plan: StudyPlan): Promise<StudyResult> => {
  const shares = SCENARIOS.flatMap((scenario) => {
    // the normal trips proper are counted in trip-days; the variants beside them are a tenth of that
    const [trips, days] = !NORMAL.includes(scenario)
      ? [plan.trips, plan.days]
      : [scenario === 'normal' ? plan.normalTrips : Math.ceil(plan.normalTrips / 5), plan.normalDays]
    return Array.from({ length: Math.ceil(trips / SHARE) }, (_, part) => ({
      scenario,
      seed: plan.seed,
      days,
      indices: Array.from({ length: Math.min(SHARE, trips - part * SHARE) }, (_, i) => part * SHARE + i),
    }))
  })
  const judged = new Map<StudyScenario, Judged[]>(SCENARIOS.map((scenario) => [scenario, []]))
  let [foldMs, readings] = [0, 0]
  let next = 0
  const work = async (): Promise<void> => {
    const child = fork(fileURLToPath(new URL('study-process.ts', import.meta.url)), { execArgv: process.execArgv })
    try {
      for (let share = shares[next++]; share !== undefined; share = shares[next++]) {
        child.send(share)
        const done = Done.parse(await answer(child))
        judged.get(share.scenario)?.push(...done.judged)
        foldMs += done.foldMs
        readings += done.readings
      }
    } finally {
      child.disconnect()
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work))
  return {
    studied: SCENARIOS.map((scenario) => ({
      scenario,
      judged: (judged.get(scenario) ?? []).toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    })),
    microsecondsAReading: (foldMs * 1000) / readings,
  }
}

const answer = async (child: ChildProcess): Promise<unknown> => {
  const stopped = new AbortController()
  const { signal } = stopped
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`a process of the study ended with ${code}`)
      }),
    ])
  } finally {
    stopped.abort()
  }
}
