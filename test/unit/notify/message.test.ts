import { describe, expect, it } from 'vitest'
import type { Alarm } from '../../../server/model/alarm.ts'
import { RULES } from '../../../server/model/alarm.ts'
import { signDingTalk } from '../../../server/notify/dingtalk.ts'
import type { Facts } from '../../../server/notify/facts.ts'
import { signFeishu } from '../../../server/notify/feishu.ts'
import { compose } from '../../../server/notify/message.ts'
import { cutBytes } from '../../../server/notify/robot.ts'

const alarm = (more: Partial<Alarm> = {}): Alarm => ({
  id: '0191e5a4-0000-7000-8000-000000000001',
  shipmentId: '0191e5a4-0000-7000-8000-000000000002',
  shipmentReference: 'ZT-24003',
  deviceId: 'tank-7',
  orderId: null,
  orderNumber: null,
  line: null,
  supplierId: null,
  supplierName: null,
  stage: null,
  lot: null,
  group: null,
  rule: 'self-heating',
  priority: 'critical',
  state: 'active-unacknowledged',
  onset: '2026-11-23T05:10:00.000Z',
  clearedAt: null,
  value: 0.8,
  peak: 1.2,
  limit: 0.2,
  cause: 'self-heating',
  figures: { hoursLikely: 2.667, hoursLeast: 1.833, hoursMost: 4.167 },
  retrospective: false,
  void: false,
  recovered: false,
  suppressed: false,
  outOfService: false,
  causedBy: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  shelvedUntil: null,
  shelvedBy: null,
  shelvedFor: null,
  resetAt: null,
  raisedAt: '2026-11-23T05:10:05.000Z',
  explanation: 'Heats by itself: 0.8 K/h and ever faster',
  ...more,
})
const facts = (more: Partial<Facts> = {}): Facts => ({
  id: 'n1',
  kind: 'alarm-raised',
  priority: 'critical',
  createdAt: '2026-11-23T05:10:05.000Z',
  language: 'en',
  alarm: alarm(),
  together: [],
  shipment: {
    id: '0191e5a4-0000-7000-8000-000000000002',
    reference: 'ZT-24003',
    substance: 'tert-Butyl peroxypivalate',
    substanceZh: '过氧化新戊酸叔丁酯',
    un: '3115',
    origin: { name: 'Ningbo' },
    destination: { name: 'Wuhan' },
    eta: '2026-11-24T08:00:00.000Z',
    phase: 'in-transit',
    card: { en: { first: 'Cool with water from a distance.', fire: '', spill: '', distance: '' } },
    contacts: [{ name: 'Wang Fang', phone: '+86 21 1234 5678', role: '24 h' }],
  },
  position: { lat: 30.1, lon: 118.2, at: '2026-11-23T05:09:00.000Z' },
  minutes: null,
  event: { priority: 'critical' },
  ...more,
})
const ORIGIN = 'https://zaitu.example'

describe('a message', () => {
  it('says what, where, since when, value against limit, how long is left, what to do first, whom to call', () => {
    expect(compose([facts()], 'en', ORIGIN)).toMatchObject({
      title: '[CRITICAL] Self-heating · ZT-24003',
      lines: [
        'Heats by itself: 0.8 K/h and ever faster',
        'Since: 2026-11-23 05:10 UTC',
        'Time left: 2 h 40 min (110 min – 4 h 10 min)',
        'Likely cause: self-heating',
        expect.stringMatching(/^First: Keep people away\. .*do not open/),
        'Of this substance: Cool with water from a distance.',
        'Call: Wang Fang (24 h) +86 21 1234 5678',
        'Where: 30.1000, 118.2000 (2026-11-23 05:09 UTC)',
        'Load: tert-Butyl peroxypivalate, UN 3115',
        'Route: Ningbo → Wuhan, planned arrival 2026-11-24 08:00 UTC',
      ],
      link: { url: `${ORIGIN}/shipments/${alarm().shipmentId}?alarm=${alarm().id}` },
    })
  })

  it('of lines that share a lot names the lot first', () => {
    const late = { rule: 'forecast-late', shipmentId: null, orderId: 'o', orderNumber: 'PO-2', supplierName: 'Linhai', lot: 'L-7', figures: null } as const // biome-ignore format: an alarm
    const together = ['10', '20'].map((line) => alarm({ ...late, line, explanation: 'Expected later' }))
    const told = facts({ kind: 'forecast-late', alarm: together[0] ?? null, together, shipment: null, position: null })
    expect(compose([told], 'en', ORIGIN).lines.slice(0, 3)).toEqual([
      'Lot: L-7',
      '• PO-2 / 10: Expected later',
      '• PO-2 / 20: Expected later',
    ])
    expect(compose([told], 'zh', ORIGIN).lines[0]).toBe('批号：L-7')
  })

  it('in Chinese says nothing in English but names', () => {
    const { title, lines } = compose([facts()], 'zh', ORIGIN)
    expect(title).toBe('[紧急] 自加热 · ZT-24003')
    expect(lines).toContain('货物：过氧化新戊酸叔丁酯, UN 3115')
    expect(lines.join()).not.toMatch(/Since|First|Load|Heats|left/)
  })

  it.each(RULES)('has Chinese words for %s', (rule) => {
    const { title, lines } = compose(
      [facts({ alarm: alarm({ rule, cause: null, figures: null, explanation: 'English' }) })],
      'zh',
      ORIGIN,
    )
    expect(title).toMatch(/\] [\u4e00-\u9fff]/)
    expect(lines[0]).toMatch(/[\u4e00-\u9fff]/)
  })

  it('says of what is over that it was, and of what was found late to inspect first', () => {
    const over = alarm({
      rule: 'temperature-high',
      cause: null,
      figures: null,
      value: 31,
      peak: 33.5,
      limit: 30,
      clearedAt: '2026-11-23T06:00:00.000Z',
    })
    expect(compose([facts({ alarm: over, kind: 'alarm-cleared' })], 'en', ORIGIN)).toMatchObject({
      title: '[CRITICAL] Over: Temperature high · ZT-24003',
      lines: expect.arrayContaining([
        'Temperature 31 °C (furthest 33.5 °C) was above its limit of 30 °C',
        'Over since: 2026-11-23 06:00 UTC',
      ]),
    })
    const late = compose([facts({ alarm: { ...over, retrospective: true }, kind: 'alarm-found-late' })], 'en', ORIGIN)
    expect(late.title).toContain('Found late: inspect before opening')
    expect(late.lines.join()).toContain('Do not open')
  })

  it('sums many up, the gravest first, and counts those that do not fit', () => {
    const many = Array.from({ length: 48 }, (_, i) =>
      facts({
        id: `n${i}`,
        priority: i === 40 ? 'critical' : 'low',
        alarm: alarm({ priority: i === 40 ? 'critical' : 'low' }),
      }),
    )
    const { title, lines, items } = compose(many, 'en', ORIGIN)
    expect(title).toBe('48 notifications: 1 CRITICAL, 47 Low')
    expect(lines).toHaveLength(11)
    expect(lines[0]).toMatch(/^• \[CRITICAL\]/)
    expect(lines.at(-1)).toBe('and 38 more')
    expect(items).toHaveLength(48)
  })

  it('of anything else has the words that came with it', () => {
    const event = {
      priority: 'medium' as const,
      path: '/orders/1',
      text: { en: { title: 'Filling is overdue', lines: ['PO-4711, line 10'] }, zh: { title: '灌装逾期', lines: [] } },
    }
    const told = compose(
      [facts({ kind: 'stage-overdue', priority: 'medium', alarm: null, shipment: null, position: null, event })],
      'en',
      ORIGIN,
    )
    expect(told).toMatchObject({
      title: '[Medium] Filling is overdue',
      lines: ['PO-4711, line 10'],
      link: { url: `${ORIGIN}/orders/1` },
    })
  })
})

describe('signatures', () => {
  // the documents' own way of computing them, by another library: openssl dgst -sha256 -hmac …
  it('of DingTalk and Feishu differ in what is the key', () => {
    expect(signDingTalk('this is secret', 1577262236757)).toBe('hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=')
    expect(signFeishu('demo', 1599360473)).toBe('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=')
  })
})

it('cuts between characters', () => {
  const cut = cutBytes('泄漏'.repeat(100), 50)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(50)
  expect(cut).toMatch(/^[泄漏]+…$/)
})
