import type { Figures } from '../model/figures.ts'
import { holdsAt, vapourPressure } from '../physics/vapour-pressure.ts'
import { rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'

type State = {
  below: number
  last: number | null
  usual: number | null
  seen: number
  jumpedFrom: number | null
  jumpedAt: number | null
}
const INITIAL: State = { below: 0, last: null, usual: null, seen: 0, jumpedFrom: null, jumpedAt: null }

/** A closed tank holds at least the vapour pressure of what is in it; half of it leaves room for impurities and for layers. */
const SHARE = 0.5
const PERSISTS_MINUTES = 15
/** Tonnes of liquid do not change by this in a few minutes and back again, K. */
const JUMP = 25
const BACK_MS = 15 * 60_000
/** What went before must be known well enough to say that it cannot be. */
const KNOWN_MINUTES = 30
const SAID_FOR_MS = 60 * 60_000

const faulty = (onset: number, value: number, limit: number, figures: Figures): Verdict => ({
  onset,
  value: rounded(value, 2),
  limit: rounded(limit, 2),
  peak: rounded(value, 2),
  cause: 'sensor-fault',
  figures,
})

/**
 * Each value is within its range, but they cannot be together, or in this order: a pressure far below the vapour pressure
 * of the cargo (bar absolute), or a temperature of the bulk that jumps and comes back (°C).
 */
export const sensorImpossible: Detector<State> = {
  id: 'sensor-impossible',
  priority: 'medium',
  lacks: () => null,
  needs: () => ['temperature'],
  misses: ({ cargo }) =>
    cargo?.antoine == null
      ? 'The substance has no vapour pressure recorded: a pressure below it is not told from a real one.'
      : null,
  initial: INITIAL,
  step({ state: before, open, minute, facts }) {
    const { time, temperature, pressure } = minute
    const antoine = facts.cargo?.antoine ?? null
    if (temperature === null) return { state: before, open }
    const state: State = { ...before, last: rounded(temperature, 2), seen: Math.min(before.seen + 1, KNOWN_MINUTES) }

    if (antoine !== null && pressure !== null && holdsAt(antoine, temperature)) {
      const least = SHARE * vapourPressure(antoine, temperature)
      state.below = pressure < least ? Math.min(before.below + 1, PERSISTS_MINUTES) : 0
      if (state.below >= PERSISTS_MINUTES)
        return { state, open: open ?? faulty(time, pressure, least, { vapourBar: rounded(least / SHARE, 3) }) }
    }

    if (before.jumpedFrom !== null && before.jumpedAt !== null) {
      const isBack = Math.abs(temperature - before.jumpedFrom) < JUMP / 3
      if (isBack && time - before.jumpedAt <= BACK_MS)
        return {
          state: { ...state, jumpedFrom: null, jumpedAt: null },
          open:
            open ??
            faulty(before.jumpedAt, before.last ?? temperature, before.jumpedFrom, {
              kelvin: rounded(Math.abs((before.last ?? temperature) - before.jumpedFrom), 1),
            }),
        }
      if (isBack || time - before.jumpedAt > BACK_MS)
        return { state: { ...state, jumpedFrom: null, jumpedAt: null }, open: ended(open, time) }
      return { state, open: ended(open, time) }
    }
    if (before.seen >= KNOWN_MINUTES && before.last !== null && Math.abs(temperature - before.last) >= JUMP)
      return { state: { ...state, jumpedFrom: before.last, jumpedAt: time }, open: ended(open, time) }
    return { state, open: ended(open, time) }
  },
}

const ended = (open: Verdict | null, time: number): Verdict | null =>
  open !== null && time - open.onset > SAID_FOR_MS ? null : open
