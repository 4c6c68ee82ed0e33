import { setTimeout as sleep } from 'node:timers/promises'
import type { SupplierLine } from '../../server/model/supplier-link.ts'
import type { Clock } from '../clock.ts'
import { createRandom, type Seed } from '../random.ts'
import { courseOf, type Habit } from './course.ts'
import type { Way, Word } from './ways.ts'

export type SimulatedLine = Pick<SupplierLine, 'orderId' | 'number' | 'line' | 'stages'>
export type Counts = { said: number; repeated: number; refused: number }

/** The words of one line in their order, each with a key of its own, so that a second `run` of the same says nothing new. Pure. */
export const wordsOf = (
  line: SimulatedLine,
  habit: Habit,
  { from, seed, run = seed }: { from: number; seed: Seed; run?: Seed },
): (Word & { sayAt: number })[] => {
  const open = line.stages.slice(line.stages.findLastIndex(({ actualAt }) => actualAt !== null) + 1)
  const stages = open.map(({ stage, plannedAt }) => ({
    stage,
    plannedAt: plannedAt === null ? null : Date.parse(plannedAt),
  }))
  const keyOf = (id: number): string => `sim-${run}-${habit}-${id}`
  return courseOf(habit, stages, from, createRandom(seed, habit, line.number, line.line)).map(
    ({ id, sayAt, stage, classifier, at, note, corrects }) => ({
      sayAt,
      orderId: line.orderId,
      order: line.number,
      line: line.line,
      body: {
        stage,
        classifier,
        at: new Date(at).toISOString(),
        key: keyOf(id),
        ...(note !== undefined && { note }),
        ...(corrects !== undefined && { correctsKey: keyOf(corrects) }),
      },
    }),
  )
}

/**
 * The same words within `withinMs` of `from`, for whoever looks on: what is done is done when it is said, and dates that
 * are promised stay as far ahead as they were. Pure.
 */
export const hurried = <T extends Word & { sayAt: number }>(
  words: readonly T[],
  from: number,
  withinMs: number,
): T[] => {
  const last = Math.max(from + 1, ...words.map(({ sayAt }) => sayAt))
  return words.map((word) => {
    const sayAt = Math.round(from + ((word.sayAt - from) * withinMs) / (last - from))
    if (word.body.classifier !== 'actual') return { ...word, sayAt }
    return { ...word, sayAt, body: { ...word.body, at: new Date(sayAt).toISOString() } }
  })
}

/** What an erratic supplier sends twice, as systems do that hear no answer. */
const REPEATS = 0.3

/**
 * Says the words of all lines when the clock has come to them, until all are said or `signal` ends it. Pauses at the end of
 * what the clock can reach: what is ahead of the real time is not said.
 */
export const driveSuppliers = async ({
  words,
  way,
  clock,
  repeats,
  seed,
  endAt = Number.POSITIVE_INFINITY,
  signal,
  say,
}: {
  words: readonly (Word & { sayAt: number })[]
  way: Way
  clock: Clock
  repeats: boolean
  seed: Seed
  /** real epoch ms */
  endAt?: number
  signal: AbortSignal
  say(sentence: string): void
}): Promise<Counts> => {
  const random = createRandom(seed, 'repeats')
  const counts: Counts = { said: 0, repeated: 0, refused: 0 }
  const waiting = words.toSorted((a, b) => a.sayAt - b.sayAt)
  for (const word of waiting) {
    while (clock.at(Date.now()) < word.sayAt) {
      if (signal.aborted || Date.now() >= endAt) return counts
      await sleep(Math.min(500, Math.max(5, endAt - Date.now())), undefined, { signal }).catch(() => {})
    }
    if (signal.aborted) return counts
    const told = { ...word, body: { ...word.body, saidAt: new Date(word.sayAt).toISOString() } }
    const refused = await way.say(told)
    if (refused === null) counts.said++
    else {
      counts.refused++
      say(`${word.order}/${word.line} ${word.body.stage}: ${refused}`)
    }
    if (refused === null && repeats && random.next() < REPEATS && (await way.say(told)) === null) counts.repeated++
  }
  return counts
}
