import type { Random } from '../random.ts'

export const HABITS = ['punctual', 'late', 'optimistic', 'silent', 'erratic', 'recovering'] as const
export type Habit = (typeof HABITS)[number]

/** What a supplier says, and when it says so; both epoch ms. */
export type Deed = {
  /** counts up in the course */
  id: number
  sayAt: number
  stage: string
  classifier: 'actual' | 'estimated'
  at: number
  note?: string
  /** id of the one that it corrects */
  corrects?: number
}
export type CourseStage = { stage: string; plannedAt: number | null }

const DAY = 86_400_000
/** What a stage takes where its plan does not say, ms. */
const USUAL_MS = 3 * DAY

/** How far a stage's duration is from its plan, by habit. */
const FACTOR: Record<Habit, readonly [from: number, to: number]> = {
  punctual: [0.94, 1.04],
  late: [1.3, 1.8],
  optimistic: [1.3, 1.7],
  silent: [0.9, 1.5],
  erratic: [0.5, 2],
  recovering: [0.6, 0.9],
}
const LATE_NOTES = [
  '原料未到 raw material not in yet',
  '反应釜检修 reactor under repair',
  '排产调整 production rescheduled',
]

type Begun = { stage: string; from: number; planned: number; done: number; random: Random; isMiddle: boolean }
/** Answers the deed's id. */
type Say = (deed: Omit<Deed, 'id'>) => number

/** What is said of one stage, by habit; `from` is when it begins, `done` when it is done. */
const SAYS: Record<Habit, (stage: Begun, say: Say) => void> = {
  punctual: ({ stage, from, done, random }, say) => {
    say({ sayAt: from, stage, classifier: 'estimated', at: done + random.between(-0.1, 0.3) * DAY })
    say({ sayAt: done, stage, classifier: 'actual', at: done })
  },
  // believes in the plan until it is over, then says a date that holds
  late: ({ stage, from, planned, done, random }, say) => {
    const due = from + planned
    say({ sayAt: from, stage, classifier: 'estimated', at: due })
    const note = LATE_NOTES[Math.floor(random.next() * LATE_NOTES.length)]
    if (done > due) say({ sayAt: due, stage, classifier: 'estimated', at: done, ...(note !== undefined && { note }) })
    say({ sayAt: done, stage, classifier: 'actual', at: done })
  },
  // always nearly there: each date that passes makes way for the next one
  optimistic: ({ stage, from, planned, done }, say) => {
    for (let at = from + 0.8 * planned, sayAt = from; sayAt < done; sayAt = at, at += Math.max(0.2 * planned, DAY / 4))
      say({ sayAt, stage, classifier: 'estimated', at })
    say({ sayAt: done, stage, classifier: 'actual', at: done })
  },
  // says what is done days later, and of half of the stages nothing
  silent: ({ stage, done, random, isMiddle }, say) => {
    const delay = random.between(1, 4) * DAY
    if (!isMiddle || random.next() < 0.5) say({ sayAt: done + delay, stage, classifier: 'actual', at: done })
  },
  // dates to and fro, one said wrongly and corrected, one said twice
  erratic: ({ stage, from, planned, done, random }, say) => {
    const times = 1 + Math.floor(random.next() * 3)
    for (let i = 0; i < times; i++)
      say({
        sayAt: from + ((done - from) * i) / times,
        stage,
        classifier: 'estimated',
        at: from + planned * random.between(0.4, 2.2),
      })
    if (random.next() < 0.4) {
      const wrong = done - random.between(0.2, 0.8) * (done - from)
      const corrects = say({ sayAt: wrong, stage, classifier: 'actual', at: wrong })
      say({ sayAt: done, stage, classifier: 'actual', at: done, corrects })
    } else say({ sayAt: done, stage, classifier: 'actual', at: done })
  },
  // slips by far, says so, and makes it good
  recovering: ({ stage, from, planned, done }, say) => {
    const span = done - from
    const slipped = from + Math.max(2.5 * planned, planned + 4 * DAY)
    say({ sayAt: from, stage, classifier: 'estimated', at: from + planned })
    say({
      sayAt: from + span / 3,
      stage,
      classifier: 'estimated',
      at: slipped,
      note: '反应釜检修 reactor under repair',
    })
    say({ sayAt: from + (2 * span) / 3, stage, classifier: 'estimated', at: done, note: '加班赶工 working nights' })
    say({ sayAt: done, stage, classifier: 'actual', at: done })
  },
}

/**
 * All that a supplier of this habit says of a line, in the order in which it says so. `from`: when production begins,
 * epoch ms. The same random stream gives the same course. Pure.
 */
export const courseOf = (habit: Habit, stages: readonly CourseStage[], from: number, random: Random): Deed[] => {
  const deeds: Deed[] = []
  const said: Say = (deed) => deeds.push({ ...deed, id: deeds.length }) - 1
  let [begins, plannedFrom] = [from, from]
  for (const [index, { stage, plannedAt }] of stages.entries()) {
    const planned = Math.max(DAY / 4, plannedAt === null ? USUAL_MS : plannedAt - plannedFrom)
    const done = begins + planned * random.between(...FACTOR[habit])
    const isMiddle = index > 0 && index < stages.length - 1
    SAYS[habit]({ stage, from: begins, planned, done, random, isMiddle }, said)
    begins = done
    plannedFrom = plannedAt ?? plannedFrom + USUAL_MS
  }
  return deeds.toSorted((a, b) => a.sayAt - b.sayAt || a.id - b.id)
}
