/** A process of the study: takes a share of one scenario's trips, sends back what became of each. */
import { ATMOSPHERE_BAR } from '../../../server/model/reading.ts'
import { fold } from '../../../server/rules/fold.ts'
import { drive, type Quiet, sampled } from './drive.ts'
import { factsOf } from './facts.ts'
import { type Judged, judge } from './judge.ts'
import { type StudyScenario, simulate, type Trip } from './trips.ts'

export type Share = { scenario: StudyScenario; seed: string; days: number; indices: number[] }
export type ShareDone = { judged: Judged[]; foldMs: number; readings: number }

/** As the server stores it: gauge pressures have had the standard atmosphere added. */
const stored = (trip: Trip) =>
  trip.readings.map((reading) =>
    sampled({
      ...reading,
      pressure:
        reading.pressure === undefined
          ? null
          : reading.pressure + (trip.pressureReference === 'gauge' ? ATMOSPHERE_BAR : 0),
      extra: null,
    }),
  )

const quietIn = ({ onsetMs, quietUntilMs, readings }: Trip): Quiet | undefined =>
  quietUntilMs === undefined
    ? undefined
    : { fromMs: onsetMs, untilMs: Math.min(quietUntilMs, (readings.at(-1)?.time ?? onsetMs) + 12 * 3_600_000) - 1 }

process.on('message', ({ scenario, seed, days, indices }: Share) => {
  const done: ShareDone = { judged: [], foldMs: 0, readings: 0 }
  for (const index of indices) {
    const trip = simulate(scenario, seed, index, days)
    const readings = stored(trip)
    const facts = factsOf(trip)
    const began = process.cpuUsage()
    const raised = drive(fold, readings, facts, quietIn(trip))
    done.foldMs += process.cpuUsage(began).user / 1000
    done.readings += readings.length
    done.judged.push(judge(trip, raised))
  }
  process.send?.(done)
})
process.on('disconnect', () => process.exit(0))
