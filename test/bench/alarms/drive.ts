import type { RuleId } from '../../../server/model/alarm.ts'
import { closed, gather, isOver, lengthened, type Minute, minding, NO_COURSE } from '../../../server/rules/course.ts'
import type { Detector, Json, Verdict } from '../../../server/rules/detector.ts'
import type { Facts } from '../../../server/rules/facts.ts'

type Measured = Parameters<typeof gather>[1]

/** An alarm that a detector raised: what it said first and last, and when (epoch ms; the minute is known at its end). */
export type Raised = {
  rule: RuleId
  first: Verdict
  last: Verdict
  raisedAt: number
  clearedAt: number | null
  causes: string[]
}

/** The closed minutes of readings that are in the order of their times. */
export function* minutesOf(readings: Iterable<Measured>): Generator<Minute> {
  const gathering = minding(null)
  for (const reading of readings) {
    if (isOver(gathering, reading.time)) yield closed(gathering)
    gather(gathering, reading)
  }
  if (gathering.count > 0) yield closed(gathering)
}

/** Drives detectors over minutes as the fold does: each closed minute, with state and what is open kept for each. */
export const createDrive = (detectors: readonly Detector[]) => {
  let course = NO_COURSE
  const states = new Map<Detector, { state: Json; open: Verdict | null }>()
  for (const detector of detectors) states.set(detector, { state: detector.initial, open: null })
  const current = new Map<Detector, Raised>()
  const raised: Raised[] = []
  return {
    raised,
    states,
    step(minute: Minute, facts: Facts): void {
      course = lengthened(course, minute)
      for (const [detector, kept] of states) {
        if (detector.lacks(facts) !== null) continue
        const next = detector.step({ ...kept, minute, course, facts })
        const before = current.get(detector)
        if (next.open === null) {
          if (before !== undefined) before.clearedAt = minute.time
          current.delete(detector)
        } else if (before === undefined || kept.open === null) {
          const alarm = {
            rule: detector.id,
            first: next.open,
            last: next.open,
            raisedAt: minute.time + 60_000,
            clearedAt: null,
            causes: [next.open.cause ?? ''],
          }
          raised.push(alarm)
          current.set(detector, alarm)
        } else {
          before.last = next.open
          const cause = next.open.cause ?? ''
          if (before.causes.at(-1) !== cause) before.causes.push(cause)
        }
        states.set(detector, next)
      }
    },
  }
}

export const drive = (detectors: readonly Detector[], minutes: Iterable<Minute>, facts: Facts): Raised[] => {
  const driven = createDrive(detectors)
  for (const minute of minutes) driven.step(minute, facts)
  return driven.raised
}
