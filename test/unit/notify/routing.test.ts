import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpen, nextOpen } from '../../../server/notify/hours.ts'
import { type Due, plan } from '../../../server/notify/plan.ts'
import { type Event, type Ruled, route } from '../../../server/notify/routing.ts'

const rule = (more: Partial<Ruled> = {}): Ruled => ({
  channelId: 'desk',
  channelLanguage: 'en',
  kinds: ['alarm-raised'],
  priorities: ['critical', 'high'],
  phases: null,
  shipmentIds: null,
  substanceIds: null,
  hours: null,
  language: null,
  digestMinutes: 0,
  ...more,
})
const event = (more: Partial<Event> = {}): Event => ({
  kind: 'alarm-raised',
  priority: 'high',
  phase: 'in-transit',
  shipmentId: 's1',
  substanceId: 'm1',
  ...more,
})
const at = (text: string) => Date.parse(text)
const NOW = at('2026-11-23T07:00:00Z')

describe('a rule', () => {
  it.each([
    ['its kind', {}, { kind: 'alarm-cleared' }],
    ['its priority', {}, { priority: 'low' as const }],
    ['its phases', { phases: ['loading'] }, {}],
    ['its shipments', { shipmentIds: ['s2'] }, {}],
    ['its substances', { substanceIds: ['m2'] }, {}],
    ['a shipment, where there is none', { shipmentIds: ['s1'] }, { shipmentId: null }],
  ])('says nothing outside of %s', (_what, ruled, happened) => {
    expect(route(event(happened), [rule(ruled)], NOW)).toEqual([])
    expect(route(event(), [rule()], NOW)).toEqual([{ channelId: 'desk', language: 'en', digest: false, dueAt: NOW }])
  })

  it('leads to a channel once, by the soonest way', () => {
    const rules = [rule({ digestMinutes: 60 }), rule({ language: 'zh' }), rule({ channelId: 'other' })]
    expect(route(event(), rules, NOW)).toEqual([
      { channelId: 'desk', language: 'zh', digest: false, dueAt: NOW },
      { channelId: 'other', language: 'en', digest: false, dueAt: NOW },
    ])
  })

  it('gathers for so long, to the full', () => {
    expect(route(event(), [rule({ digestMinutes: 30 })], at('2026-11-23T07:04:00Z'))).toMatchObject([
      { digest: true, dueAt: at('2026-11-23T07:30:00Z') },
    ])
  })

  it('waits for its hours, or says nothing outside of them', () => {
    const hours = {
      timeZone: 'Asia/Shanghai',
      days: [1, 2, 3, 4, 5],
      from: '08:00',
      to: '18:00',
      outside: 'wait' as const,
    }
    // Saturday 20:00 in Shanghai: Monday 08:00 there
    expect(route(event(), [rule({ hours })], at('2026-11-28T12:00:00Z'))).toMatchObject([
      { digest: true, dueAt: at('2026-11-30T00:00:00Z') },
    ])
    expect(route(event(), [rule({ hours: { ...hours, outside: 'skip' } })], at('2026-11-28T12:00:00Z'))).toEqual([])
    expect(route(event(), [rule({ hours })], at('2026-11-30T00:00:00Z'))).toMatchObject([{ digest: false }])
  })
})

describe('hours', () => {
  const night = { timeZone: 'Europe/Berlin', days: [5], from: '22:00', to: '06:10', outside: 'wait' as const }
  it.each([
    ['2026-11-27T20:59:00Z', false],
    ['2026-11-27T21:00:00Z', true],
    // Saturday morning belongs to the night of Friday
    ['2026-11-28T05:09:00Z', true],
    ['2026-11-28T05:10:00Z', false],
    ['2026-11-28T21:00:00Z', false],
    // Friday morning to that of Thursday
    ['2026-11-27T03:00:00Z', false],
  ])('past midnight: %s is open: %s', (text, open) => {
    expect(isOpen(night, at(text))).toBe(open)
  })

  it('open next where they are open, and at no earlier minute', () => {
    const clock = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
    const hours = fc.record({
      timeZone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'UTC'),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      from: clock,
      to: clock,
      outside: fc.constant('wait' as const),
    })
    fc.assert(
      fc.property(hours, fc.integer({ min: NOW, max: NOW + 365 * 86_400_000 }), (given, now) => {
        const open = nextOpen(given, now)
        expect(open).toBeGreaterThanOrEqual(now)
        expect(isOpen(given, open)).toBe(true)
        if (open > now) expect(isOpen(given, open - 60_000)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })
})

describe('what is sent now', () => {
  const due = (id: number, more: Partial<Due> = {}): Due => ({
    id: `n${id}`,
    priority: 'medium',
    language: 'en',
    digest: false,
    attempts: 0,
    createdAt: new Date(NOW + id).toISOString(),
    leadId: null,
    ...more,
  })

  it('is one message each while the rate allows', () => {
    expect(plan([due(1), due(2)], 2).map(({ ids }) => ids)).toEqual([['n1'], ['n2']])
  })

  it('the gravest alone, and all the others in the last that the rate allows', () => {
    const dues = [...Array.from({ length: 40 }, (_, i) => due(i)), due(40, { priority: 'critical' })]
    const messages = plan(dues, 4)
    expect(messages.map(({ ids }) => ids.length)).toEqual([1, 1, 1, 38])
    expect(messages[0]?.ids).toEqual(['n40'])
  })

  it('nothing once it is spent', () => {
    expect(plan([due(1)], 0)).toEqual([])
  })

  it('a digest is one message in each language', () => {
    const dues = [due(1, { digest: true }), due(2, { digest: true, language: 'zh' }), due(3, { digest: true })]
    expect(plan(dues, 9).map(({ ids }) => ids)).toEqual([['n1', 'n3'], ['n2']])
  })

  it('what was tried goes again under its own key and in its own company', () => {
    const dues = [due(1, { attempts: 2 }), due(2, { attempts: 2, leadId: 'n1' }), due(3), due(4, { attempts: 1 })]
    expect(plan(dues, 9)).toEqual([
      { leadId: 'n3', ids: ['n3'] },
      { leadId: 'n1', ids: ['n1', 'n2'] },
      { leadId: 'n4', ids: ['n4'] },
    ])
  })

  it('tells each once, within the rate, and leaves only what was tried for later', () => {
    const some = fc.array(
      fc.record({
        priority: fc.constantFrom('critical', 'high', 'medium', 'low' as const),
        language: fc.constantFrom('en', 'zh' as const),
        digest: fc.boolean(),
        attempts: fc.constantFrom(0, 0, 0, 1),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(some, fc.integer({ min: 3, max: 20 }), (list, budget) => {
        const dues = list.map((one, i) => due(i, one))
        const messages = plan(dues, budget)
        const told = messages.flatMap(({ ids }) => ids)
        expect(messages.length).toBeLessThanOrEqual(budget)
        expect(new Set(told).size).toBe(told.length)
        const left = dues.filter(({ id }) => !told.includes(id))
        expect(left.every(({ attempts }) => attempts > 0)).toBe(true)
      }),
    )
  })
})
