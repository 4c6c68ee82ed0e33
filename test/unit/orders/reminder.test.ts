import { expect, it } from 'vitest'
import { dayThere, dueStage, isDaytime, reminderText } from '../../../server/orders/reminder.ts'

const state = (stage: string, more: Record<string, string | null> = {}) => ({
  stage,
  weight: 1,
  plannedAt: null,
  estimatedAt: null,
  actualAt: null,
  progress: null,
  usualDays: null,
  ...more,
})
const NOON = Date.parse('2026-05-02T12:00:00+08:00')

it('counts days and hours where suppliers are', () => {
  expect(dayThere(Date.parse('2026-05-01T15:59:00Z'))).toBe('2026-05-01')
  expect(dayThere(Date.parse('2026-05-01T16:00:00Z'))).toBe('2026-05-02')
  for (const [time, is] of [
    ['07:59', false],
    ['08:00', true],
    ['19:59', true],
    ['20:00', false],
    ['00:10', false],
  ] as const)
    expect([time, isDaytime(Date.parse(`2026-05-01T${time}:00+08:00`))]).toEqual([time, is])
})

it.each([
  ['nothing has a date', [state('a'), state('b')], null],
  [
    'the plan’s day is today, though its hour is to come',
    [state('a', { plannedAt: '2026-05-02T23:00:00+08:00' })],
    'a',
  ],
  ['the plan’s day is tomorrow', [state('a', { plannedAt: '2026-05-03T00:30:00+08:00' })], null],
  [
    'a promise moves it on',
    [state('a', { plannedAt: '2026-04-20T00:00:00Z', estimatedAt: '2026-05-04T00:00:00Z' })],
    null,
  ],
  [
    'what is done is not asked for again, what comes next is',
    [
      state('a', { plannedAt: '2026-04-20T00:00:00Z', actualAt: '2026-04-21T00:00:00Z' }),
      state('b', { plannedAt: '2026-05-01T00:00:00Z' }),
    ],
    'b',
  ],
  [
    'a stage that was skipped is not asked for',
    [
      state('a', { plannedAt: '2026-04-20T00:00:00Z' }),
      state('b', { plannedAt: '2026-05-01T00:00:00Z', actualAt: '2026-05-01T00:00:00Z' }),
    ],
    null,
  ],
])('is due: %s', (_what, stages, due) => {
  expect(dueStage(stages, NOON)?.stage ?? null).toBe(due)
})

it('says what is due in both languages, and how many more', () => {
  const line = {
    orderId: 'o',
    number: 'PO-1',
    line: '10',
    substance: 'METHANOL',
    substanceZh: '甲醇',
    stage: 'filled',
    due: '2026-05-01T00:00:00Z',
  }
  const { zh, en } = reminderText('Huadong', Array(25).fill(line))
  expect(zh.lines[0]).toBe('PO-1 / 10 甲醇：灌装，应于 2026-05-01 完成')
  expect(en.lines[0]).toBe('PO-1 / 10 METHANOL: filling, due 2026-05-01')
  expect([zh.lines.at(-2), en.lines.at(-2)]).toEqual(['另有 5 项', 'and 5 more'])
})
