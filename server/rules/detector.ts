import type { Priority, RuleId } from '../model/alarm.ts'
import type { Course, Minute } from './course.ts'
import type { Verdict } from './excursion.ts'
import type { Facts } from './facts.ts'

export type { Verdict } from './excursion.ts'

/** State is plain JSON: it is stored in checkpoints, and a refold compares it. Small, and rounded where it is computed. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export type Needed = 'temperature' | 'pressure' | 'level' | 'ambient' | 'position'

/**
 * A rule that looks at a stream minute by minute (event time), with the course of the hours before at hand. Pure: no clock,
 * no I/O, no randomness, and nothing kept but `state`. A minute is looked at when a reading of a later one comes.
 */
export type Detector<State extends Json = Json> = {
  id: RuleId
  priority: Priority
  /** null: it can work with these facts. Otherwise what is missing, as a sentence for a person; then it rests. */
  lacks(facts: Facts): string | null
  /** without which of these, all of them measured, it has nothing to look at */
  needs?(facts: Facts): readonly Needed[]
  /** what it does not watch for want of a value, as a sentence; with the rest it goes on */
  misses?(facts: Facts): string | null
  /** what its own state says keeps it from judging, for now */
  blind?(state: State, course: Course, facts: Facts): string | null
  initial: State
  /**
   * `course` ends with `minute`. `open` is what stands of this detector, or null. To go on: answer it as it is, or with
   * another peak, cause, priority or figures; its onset stays. To end it: null.
   */
  step(input: { state: State; open: Verdict | null; minute: Minute; course: Course; facts: Facts }): {
    state: State
    open: Verdict | null
  }
}
