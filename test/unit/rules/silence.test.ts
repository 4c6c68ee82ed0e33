import { describe, expect, it } from 'vitest'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { silenceAfter } from '../../../server/rules/silence.ts'
import { type Change, INITIAL, type StreamContext } from '../../../server/rules/state.ts'
import { sampled } from '../../setup/sampled.ts'

const MINUTE = 60_000
const facts = plainFacts({ temperature: { high: 30 } })
const context: StreamContext = { versions: [{ from: 0, facts }], from: 0, to: null }
const at = (minutes: number, temperature = 20) => sampled({ time: minutes * MINUTE, temperature })
const told = (changes: readonly Change[]) => changes.map(({ kind, rule }) => `${rule} ${kind}`)

describe('silence', () => {
  it('is three reporting intervals, and never less than five minutes', () => {
    expect(silenceAfter(0, 5 * MINUTE, facts, [])).toBeNull()
    expect(silenceAfter(0, 5 * MINUTE + 1, facts, [])?.onset).toBe(5 * MINUTE)
    const slow = { ...facts, reportMs: 20 * MINUTE }
    expect(silenceAfter(0, 60 * MINUTE, slow, [])).toBeNull()
    expect(silenceAfter(0, 61 * MINUTE, slow, [])?.onset).toBe(60 * MINUTE)
  })

  it.each([
    ['nothing of it was heard by us', [{ from: 1, to: 60 }], null],
    ['an outage in its middle moves its onset', [{ from: 2, to: 30 }], 33],
    ['an outage at its end does not', [{ from: 20, to: 60 }], 5],
    ['an outage before it counts for nothing', [{ from: -20, to: -10 }], 5],
    [
      'two outages',
      [
        { from: 1, to: 10 },
        { from: 12, to: 40 },
      ],
      42,
    ],
  ] as const)('%s', (_, outages, onset) => {
    const times = outages.map(({ from, to }) => ({ from: from * MINUTE, to: to * MINUTE }))
    expect(silenceAfter(0, 60 * MINUTE, facts, times)?.onset ?? null).toBe(onset === null ? null : onset * MINUTE)
  })

  it('live: raised when the time is over, cleared by the next reading', () => {
    const first = fold(INITIAL, [at(0)], context, 4 * MINUTE)
    expect(told(first.changes)).toEqual([])
    const second = fold(first.state, [], context, 6 * MINUTE)
    expect(second.changes).toMatchObject([{ kind: 'raised', rule: 'silence', excursion: { onset: 5 * MINUTE } }])
    expect(told(fold(second.state, [], context, 7 * MINUTE).changes)).toEqual([])
    expect(fold(second.state, [at(9)], context).changes).toMatchObject([
      { kind: 'cleared', rule: 'silence', excursion: { onset: 5 * MINUTE }, clearedAt: 9 * MINUTE },
    ])
  })

  it('as a gap in what is stored: the same stretch', () => {
    expect(fold(INITIAL, [at(0), at(9)], context).changes).toMatchObject([
      { kind: 'raised', excursion: { onset: 5 * MINUTE } },
      { kind: 'cleared', clearedAt: 9 * MINUTE },
    ])
  })

  it('is taken back when what was kept comes in order, and is none in the whole', () => {
    const quiet = fold(fold(INITIAL, [at(0)], context).state, [], context, 20 * MINUTE)
    const kept = Array.from({ length: 20 }, (_, minute) => at(minute + 1))
    const { changes, state } = fold(quiet.state, kept, context)
    expect(told(changes)).toEqual(['silence recovered'])
    expect(state).toEqual(fold(INITIAL, [at(0), ...kept], context).state)
  })

  it('a gap while above a limit is a silence, and its delay does not run through it', () => {
    const settings = { ...facts.settings, onDelayMs: { 'temperature-high': 10 * MINUTE } }
    const delayed: StreamContext = { ...context, versions: [{ from: 0, facts: { ...facts, settings } }] }
    const { changes } = fold(INITIAL, [at(0), at(1, 35), at(31, 35), at(32, 35)], delayed)
    expect(told(changes)).toEqual(['silence raised', 'silence cleared'])
    const later = Array.from({ length: 12 }, (_, minute) => at(31 + minute, 35))
    const whole = fold(INITIAL, [at(0), at(1, 35), ...later], delayed).changes
    expect(whole.at(-1)).toMatchObject({ kind: 'raised', rule: 'temperature-high', excursion: { onset: 31 * MINUTE } })
  })
})

describe('delays, in event time', () => {
  const settings = {
    ...facts.settings,
    onDelayMs: { 'temperature-high': 3 * MINUTE },
    offDelayMs: { 'temperature-high': 2 * MINUTE },
  } as const
  const delayed: StreamContext = { ...context, versions: [{ from: 0, facts: { ...facts, settings } }] }
  const course = (...values: number[]) =>
    fold(
      INITIAL,
      values.map((value, minute) => at(minute, value)),
      delayed,
    ).changes

  it('a short touch is no alarm', () => expect(course(20, 31, 31, 20, 31, 31, 20)).toEqual([]))
  it('one that stays is, from when it began', () =>
    expect(course(20, 31, 33, 32, 31)).toMatchObject([
      { kind: 'raised', excursion: { onset: MINUTE, value: 31, peak: 33 } },
    ]))
  it('a short return does not end it, a longer one ends it when it began', () =>
    expect(course(31, 31, 31, 31, 20, 31, 20, 20, 20)).toMatchObject([
      { kind: 'raised', excursion: { onset: 0 } },
      { kind: 'cleared', clearedAt: 6 * MINUTE },
    ]))
})
