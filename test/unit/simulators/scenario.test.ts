import { describe, expect, it } from 'vitest'
import { createDevice, type NumberedReading } from '../../../simulators/device.ts'
import { SCENARIO_NAMES, type ScenarioName } from '../../../simulators/scenario.ts'
import { HOUR, NOON, planOf } from './plans.ts'

const SEEDS = ['a', 'b', 'c', 'd', 'e', 'f']
const ONSET = NOON + 3 * HOUR
const run = (scenario: ScenarioName, seed: string, hours = 8) =>
  createDevice(
    planOf({ scenario, seed, onsetMs: ONSET, substanceCas: scenario === 'self-heating' ? '100-42-5' : '67-56-1' }),
  ).advance(NOON + hours * HOUR)
const near = (readings: NumberedReading[], ms: number) => {
  const reading = readings.find(({ time }) => time >= ms)
  if (!reading) throw new Error('no reading so late')
  return { temperature: reading.temperature ?? Number.NaN, pressure: reading.pressure ?? Number.NaN }
}
const change = (readings: NumberedReading[], from: number, to: number) => ({
  temperature: near(readings, to).temperature - near(readings, from).temperature,
  pressure: near(readings, to).pressure - near(readings, from).pressure,
})
/** Same readings, side by side: how far scenario and normal are apart at most, before and after the onset. */
const apart = (scenario: ScenarioName, seed: string) => {
  const [with_, without] = [run(scenario, seed), run('normal', seed)]
  let [before, after] = [0, 0]
  for (const [index, reading] of with_.entries()) {
    const other = without[index]
    const distance = Math.max(
      Math.abs((reading.temperature ?? 0) - (other?.temperature ?? 0)),
      10 * Math.abs((reading.pressure ?? 0) - (other?.pressure ?? 0)),
    )
    if ((other?.time ?? 0) <= ONSET) before = Math.max(before, distance)
    else after = Math.max(after, distance)
  }
  return { before, after }
}

describe.each(SEEDS)('with seed %s', (seed) => {
  it('normal: nothing is faster than the weather, no steps, no gaps, no repeats', () => {
    const readings = run('normal', seed, 24)
    for (let hour = 1; hour < 23; hour++) {
      const { temperature, pressure } = change(readings, NOON + hour * HOUR, NOON + (hour + 1) * HOUR)
      expect(Math.abs(temperature)).toBeLessThan(1.5)
      expect(Math.abs(pressure)).toBeLessThan(0.08)
    }
    expect(new Set(readings.map(({ seq }) => seq)).size).toBe(24 * 60 + 1)
  })

  it.each(['heating', 'leak', 'relief-lifted'] as const)(
    '%s: is as normal until its onset, and not after it',
    (name) => {
      const { before, after } = apart(name, seed)
      expect(before).toBe(0)
      expect(after).toBeGreaterThan(0.5)
    },
  )

  it('heating: temperature and pressure rise together, faster than the weather drives them', () => {
    const rise = change(run('heating', seed), ONSET + HOUR / 4, ONSET + 1.25 * HOUR)
    expect(rise.temperature).toBeGreaterThan(2)
    expect(rise.pressure).toBeGreaterThan(0.05)
  })

  it('leak: pressure falls though temperature does not', () => {
    const fall = change(run('leak', seed), ONSET, ONSET + 4 * HOUR)
    expect(fall.pressure).toBeLessThan(-0.05)
    expect(fall.temperature).toBeGreaterThan(-1)
  })

  it('self-heating: faster and faster, above ambient, until the relief device lifts', () => {
    const readings = run('self-heating', seed, 12)
    const hours = [0, 1, 2].map((hour) => change(readings, ONSET + hour * HOUR, ONSET + (hour + 1) * HOUR).temperature)
    expect(hours[0]).toBeGreaterThan(1)
    expect(hours[1]).toBeGreaterThan(hours[0] ?? 0)
    const peak = Math.max(...readings.map(({ pressure }) => pressure ?? 0))
    expect(peak).toBeGreaterThan(3.5)
    expect(peak).toBeLessThan(4.5)
  })

  it('relief-lifted: pressure climbs without temperature, then steps down within two readings', () => {
    const readings = run('relief-lifted', seed)
    const top = readings.reduce(
      (best, { pressure }, index) => ((pressure ?? 0) > (readings[best]?.pressure ?? 0) ? index : best),
      0,
    )
    const reading = readings[top]
    expect(reading?.pressure).toBeGreaterThan(4.2)
    expect((reading?.time ?? 0) - ONSET).toBeGreaterThan(0.5 * HOUR)
    expect((reading?.time ?? 0) - ONSET).toBeLessThan(2 * HOUR)
    expect((reading?.pressure ?? 0) - (readings[top + 2]?.pressure ?? 0)).toBeGreaterThan(0.25)
    expect(Math.abs(change(readings, ONSET, reading?.time ?? 0).temperature)).toBeLessThan(2)
  })

  it('frozen-sensor: the temperature stands still to the last digit, the others go on', () => {
    const after = run('frozen-sensor', seed).filter(({ time }) => time >= ONSET)
    expect(new Set(after.map(({ temperature }) => temperature)).size).toBe(1)
    expect(new Set(after.map(({ pressure }) => pressure)).size).toBeGreaterThan(10)
  })

  it('silence: nothing is measured, and nothing can be sent', () => {
    const device = createDevice(planOf({ scenario: 'silence', seed, onsetMs: ONSET }))
    expect(device.advance(NOON + 8 * HOUR).at(-1)?.time).toBeLessThan(ONSET)
    expect(device.covered(ONSET)).toBe(false)
  })

  it('duplicates: repeated seq with the same values; without them, the normal readings', () => {
    const readings = run('duplicates', seed)
    const distinct = readings.filter((reading, index) => reading.seq !== readings[index - 1]?.seq)
    expect(readings.length - distinct.length).toBeGreaterThan(50)
    expect(distinct).toEqual(run('normal', seed))
    for (const [index, reading] of readings.entries())
      if (reading.seq === readings[index - 1]?.seq) expect(reading).toEqual(readings[index - 1])
  })

  it('skewed-clock: times jump once and keep their distance; never so far ahead that they are refused', () => {
    const readings = run('skewed-clock', seed)
    const offsets = new Set(readings.map(({ time, seq }) => time - (NOON + seq * 60_000)))
    expect(offsets.size).toBe(2)
    const offset = [...offsets].find((ms) => ms !== 0) ?? 0
    expect(offset).toBeLessThanOrEqual(4 * 60_000)
    expect(offset).toBeGreaterThanOrEqual(-40 * 60_000)
    expect(Math.abs(offset)).toBeGreaterThanOrEqual(60_000)
  })
})

it('every scenario ends where a duration is given', () => {
  for (const scenario of SCENARIO_NAMES.filter((name) => name !== 'normal')) {
    const readings = createDevice(planOf({ scenario, onsetMs: ONSET, durationMs: HOUR / 2 })).advance(NOON + 6 * HOUR)
    const last = readings.slice(-60)
    expect(new Set(last.map(({ seq }) => seq)).size).toBe(60)
    expect(new Set(last.map(({ temperature }) => temperature)).size).toBeGreaterThan(1)
    expect(last.at(-1)?.time).toBe(NOON + 6 * HOUR)
  }
})
