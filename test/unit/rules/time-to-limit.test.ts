import { describe, expect, it } from 'vitest'
import { timeToLimitRule } from '../../../server/rules/time-to-limit.ts'
import { factsWith, METHANOL, raisedBy, readingsOf } from './tank-trip.ts'

const high = factsWith({ limits: { temperature: { high: 40 } } })

describe('time to a limit', () => {
  it('says in how many hours, as a range, before the limit is reached', () => {
    const [alarm] = raisedBy(
      timeToLimitRule,
      readingsOf(3, (hours) => ({ temperature: 32 + 2 * hours, ambient: 20 })),
      high,
    )
    const left = (40 - (alarm?.first.value ?? 0)) / 2
    const { hoursLikely = 0, hoursLeast = 0, hoursMost = 0 } = alarm?.first.figures ?? {}
    expect(alarm?.first.limit).toBe(40)
    expect(hoursLeast).toBeLessThanOrEqual(left)
    expect(hoursMost).toBeGreaterThanOrEqual(left - 0.1)
    expect(Math.abs(hoursLikely - left)).toBeLessThan(0.6)
  })

  it('says nothing where the air is not as warm as the limit', () => {
    // towards 36 °C with a time constant of 5 h: a straight line would reach 40 °C in under 4 h
    const course = (hours: number) => ({ temperature: 36 - 8 * Math.exp(-hours / 5), ambient: 36 })
    expect(raisedBy(timeToLimitRule, readingsOf(6, course), high)).toEqual([])
  })

  it('ends at the limit, which has its own alarm from there, and goes on with the next one', () => {
    const limits = { temperature: { high: 36, highHigh: 44 } }
    const alarms = raisedBy(
      timeToLimitRule,
      readingsOf(7, (hours) => ({ temperature: 30 + 2.5 * hours })),
      factsWith({ limits }),
    )
    expect(alarms.map(({ first }) => first.limit)).toEqual([36, 44])
    expect(alarms.map(({ priority }) => priority)).toEqual(['medium', 'critical'])
    expect(alarms.every(({ clearedAt }) => clearedAt !== null)).toBe(true)
  })

  it('takes the control temperature where it is nearer', () => {
    const cargo = { ...METHANOL, control: 34, emergency: 39 }
    const course = (hours: number) => ({ temperature: 30 + hours })
    expect(raisedBy(timeToLimitRule, readingsOf(2, course), factsWith({ cargo }))[0]?.first.limit).toBe(34)
  })

  it('rests where there is no limit, and says so', () => {
    expect(timeToLimitRule.lacks(factsWith())).toMatch(/limit/)
    expect(timeToLimitRule.lacks(high)).toBeNull()
  })
})
