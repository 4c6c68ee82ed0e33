import { describe, expect, it } from 'vitest'
import { isCovered, whoIsTold } from '../../../dashboard/notifications/coverage.ts'
import type { Channel, EscalationStep, NotificationRule } from '../../../server/model/notification.ts'

const channel = (id: string, more: Partial<Channel> = {}): Channel => ({
  id,
  name: id,
  kind: 'email',
  address: '',
  language: 'en',
  perMinute: 10,
  enabled: true,
  createdAt: '',
  testedAt: null,
  testProblem: null,
  testDetail: null,
  lastSentAt: null,
  failingSince: null,
  lastProblem: null,
  lastDetail: null,
  ...more,
})
const rule = (channelId: string, more: Partial<NotificationRule> = {}): NotificationRule => ({
  id: '',
  channelId,
  enabled: true,
  kinds: ['alarm-raised'],
  priorities: ['critical'],
  phases: null,
  shipmentIds: null,
  substanceIds: null,
  hours: null,
  language: null,
  digestMinutes: 0,
  createdAt: '',
  ...more,
})
const step = (channelId: string, minutes: number): EscalationStep => ({
  id: '',
  channelId,
  after: 'raised',
  minutes,
  priorities: ['critical'],
  createdAt: '',
})
const critical = (channels: Channel[], rules: NotificationRule[], steps: EscalationStep[] = []) => {
  const [told] = whoIsTold(['critical'], channels, rules, steps)
  if (told === undefined) throw new Error('no answer for a priority')
  return told
}

describe('who is told of a new alarm', () => {
  it.each([
    ['there is no rule', [channel('a')], []],
    ['the channel is off', [channel('a', { enabled: false })], [rule('a')]],
    ['the rule is off', [channel('a')], [rule('a', { enabled: false })]],
    ['the rule speaks of others', [channel('a')], [rule('a', { priorities: ['low'] })]],
    ['the rule speaks of their end only', [channel('a')], [rule('a', { kinds: ['alarm-cleared'] })]],
  ])('nobody, where %s', (_why, channels, rules) => {
    expect(critical(channels, rules)).toEqual({ priority: 'critical', by: [], steps: [] })
  })

  it.each([
    ['some phases', { phases: ['in-transit' as const] }],
    ['some shipments', { shipmentIds: ['s'] }],
    [
      'hours with nothing outside',
      { hours: { timeZone: 'UTC', days: [1], from: '08:00', to: '18:00', outside: 'skip' as const } },
    ],
  ])('not of each, where all there is are %s', (_what, more) => {
    expect(isCovered(critical([channel('a')], [rule('a', more)]))).toBe(false)
  })

  it('of each, where what is outside of the hours waits for them', () => {
    const hours = { timeZone: 'UTC', days: [1], from: '08:00', to: '18:00', outside: 'wait' as const }
    expect(isCovered(critical([channel('a')], [rule('a', { hours })]))).toBe(true)
  })

  it('a channel once, by its soonest rule, and then the steps in their order', () => {
    const channels = [channel('a'), channel('b')]
    const rules = [rule('a', { digestMinutes: 60 }), rule('a', { phases: ['loading'] }), rule('a')]
    expect(critical(channels, rules, [step('b', 30), step('a', 10), step('gone', 5)])).toEqual({
      priority: 'critical',
      by: [{ name: 'a', digestMinutes: 0, sometimes: false }],
      steps: [
        { name: 'a', minutes: 10 },
        { name: 'b', minutes: 30 },
      ],
    })
  })
})
