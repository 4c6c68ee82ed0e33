import type { Figures } from '../model/figures.ts'
import { rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'
import { mostUsual, NO_REPEATS, type Repeats, repeated, stillFor } from './repeats.ts'
import { saidAgain } from './saying.ts'

type State = { temperature: Repeats; pressure: Repeats }

const minutes = (ms: number): number => rounded(ms / 60_000, 0)

/**
 * Temperature or pressure repeats its value to the last digit for longer than this sensor ever did. How long is usual is
 * learnt from its own changes, so that a coarse sensor on a calm tank is not called stuck. Value and limit in minutes.
 */
export const sensorFrozen: Detector<State> = {
  id: 'sensor-frozen',
  priority: 'medium',
  lacks: () => null,
  initial: { temperature: NO_REPEATS, pressure: NO_REPEATS },
  step({ state, open, minute, facts }) {
    const { intervalMs } = facts
    const next: State = {
      temperature: repeated(state.temperature, minute.time, minute.temperature, intervalMs),
      pressure: repeated(state.pressure, minute.time, minute.pressure, intervalMs),
    }
    const found = judge(next.temperature, 'temperature', intervalMs) ?? judge(next.pressure, 'pressure', intervalMs)
    if (found === null) return { state: next, open: null }
    if (open !== null) return { state: next, open: saidAgain(open, found, Math.max(open.peak, found.value)) }
    const raised: Verdict = {
      onset: minute.time,
      peak: found.value,
      cause: 'sensor-fault',
      // a cargo that may warm itself must not be left unwatched
      ...(facts.cargo?.reactive === true && { priority: 'high' as const }),
      ...found,
    }
    return { state: next, open: raised }
  },
}

type Found = { value: number; limit: number; figures: Figures }

/** Written out, so that the compiler sees the names. */
const figuresOf = (measure: 'temperature' | 'pressure', repeated: number, still: number): Figures =>
  measure === 'temperature'
    ? { temperature: repeated, temperatureMinutes: still }
    : { pressure: repeated, pressureMinutes: still }

const judge = (repeats: Repeats, measure: 'temperature' | 'pressure', intervalMs: number): Found | null => {
  const still = stillFor(repeats)
  const usual = mostUsual(repeats, intervalMs)
  if (repeats.value === null || still <= usual) return null
  // one step more: the run is counted from its first minute's beginning to its last one's
  const value = minutes(still)
  return { value, limit: minutes(usual), figures: figuresOf(measure, rounded(repeats.value), value) }
}
