import { describe, expect, it } from 'vitest'
import { decode } from '../../../server/ingest/decode.ts'

const NOW = Date.parse('2026-05-01T08:00:00Z')
const DEVICE = { id: 7, gauge: false }

const read = (body: unknown, device = DEVICE) => {
  const decoded = decode(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), device, NOW)
  if (!decoded.ok) throw new Error(decoded.refuse)
  return { ...decoded, reasons: decoded.rejected.map(({ reason }) => reason) }
}

describe('a message becomes readings, and what is wrong with the rest of it', () => {
  it('takes one reading, by ISO time or epoch milliseconds', () => {
    for (const time of ['2026-05-01T08:00:00Z', '2026-05-01T16:00:00+08:00', NOW]) {
      const { readings, reasons } = read({ time, temperature: 21.5, seq: 3, boot: 2 })
      expect(reasons).toEqual([])
      expect(readings).toMatchObject([
        { deviceId: 7, time: NOW, receivedAt: NOW, temperature: 21.5, pressure: null, seq: 3, boot: 2 },
      ])
    }
  })

  it.each([
    ['not JSON', '{"time"', /not JSON/],
    ['an empty message', '', /not JSON/],
    ['a list', [{ time: NOW, temperature: 1 }], /expected one reading/],
    ['no time', { temperature: 1 }, /time is missing/],
    ['a time without an offset', { time: '2026-05-01T08:00:00', temperature: 1 }, /neither ISO 8601/],
    ['2099', { time: '2099-01-01T00:00:00Z', temperature: 1 }, /more than 5 min ahead/],
    ['31 days ago', { time: NOW - 31 * 86_400_000, temperature: 1 }, /more than 30 days behind/],
    ['no measured value', { time: NOW, seq: 1 }, /no measured value/],
    ['only extra', { time: NOW, extra: { door: true } }, /no measured value/],
    ['a broken seq', { time: NOW, seq: -1, temperature: 1 }, /seq -1/],
    ['no readings', { readings: [] }, /at least one reading/],
  ])('rejects %s, whole, with a reason', (_what, body, reason) => {
    const { readings, rejected } = read(body)
    expect(readings).toEqual([])
    expect(rejected).toHaveLength(1)
    expect(rejected[0]?.reason).toMatch(reason)
  })

  it('takes the edges of the time window', () => {
    expect(read({ time: NOW + 5 * 60_000, temperature: 1 }).readings).toHaveLength(1)
    expect(read({ time: NOW - 30 * 86_400_000, temperature: 1 }).readings).toHaveLength(1)
    expect(read({ time: NOW + 5 * 60_000 + 1, temperature: 1 }).readings).toHaveLength(0)
  })

  it.each([
    ['1e308 °C', '{"time":NOW,"temperature":1e308,"pressure":1.2}', /temperature 1e\+308/],
    [
      '1e999, which JSON reads as infinity',
      '{"time":NOW,"temperature":1e999,"pressure":1.2}',
      /temperature Infinity is not a finite number/,
    ],
    ['NaN written bare', '{"time":NOW,"temperature":NaN,"pressure":1.2}', /temperature "NaN" is not a number/],
    ['a word', '{"time":NOW,"temperature":"hot","pressure":1.2}', /temperature "hot" is not a number/],
  ])('rejects one measure alone: %s', (_what, text, reason) => {
    const { readings, reasons } = read(text.replace('NOW', String(NOW)))
    expect(readings).toMatchObject([{ temperature: null, pressure: 1.2 }])
    expect(reasons).toEqual([expect.stringMatching(reason)])
  })

  it('rejects a negative absolute pressure, and stores the temperature', () => {
    const { readings, reasons } = read({ time: NOW, temperature: 20, pressure: -0.1 })
    expect(readings).toMatchObject([{ temperature: 20, pressure: null }])
    expect(reasons).toEqual([expect.stringContaining('pressure -0.1 bar absolute is outside')])
  })

  it('adds the atmosphere to a gauge sensor before it checks the range', () => {
    const gauge = { id: 7, gauge: true }
    expect(read({ time: NOW, pressure: -0.5 }, gauge).readings[0]?.pressure).toBeCloseTo(0.51325, 10)
    expect(read({ time: NOW, pressure: -1.1 }, gauge).reasons).toEqual([
      expect.stringContaining('outside the physical range'),
    ])
  })

  it('lets one bad reading of a batch go alone', () => {
    const { readings, rejected } = read({
      readings: [{ time: NOW, temperature: 1 }, 5, { time: NOW, level: 2 }, { time: NOW, level: 0.5 }],
    })
    expect(readings).toHaveLength(2)
    expect(rejected.map(({ payload }) => payload.toString())).toEqual(['5', `{"time":${NOW},"level":2}`])
  })

  it('keeps the bytes of a bad reading as they were written', () => {
    const odd = `{"time":${NOW}, "temperature":1e309,"extra":{"readings":[1,{}],"a":"],}\\""},"level":2}`
    const { readings, rejected, reasons } = read(
      `{"readings":[7],"x":{"readings":[9]},"read\\u0069ngs":[ {"time":${NOW},"level":1},${odd} , {"time":NaN}, ] ]}`.replace(
        ', ] ]',
        ']',
      ),
    )
    expect(readings).toHaveLength(1)
    expect(rejected.map(({ payload }) => payload.toString())).toEqual([odd, '{"time":NaN}'])
    expect(reasons[0]).toMatch(/temperature Infinity is not a finite number; level 2/)
  })

  it('takes a message that begins with a byte order mark', () => {
    expect(read(`\ufeff{"time":${NOW},"temperature":1}`)).toMatchObject({ readings: [{ temperature: 1 }], reasons: [] })
  })

  it.each([
    ['a NUL in a value', { extra: { note: 'a\0b', door: 'open' } }, /^extra note: text with a NUL or half a character/],
    ['a lone surrogate', { extra: { note: '\ud800', door: 'open' } }, /^extra note: text with a NUL/],
    ['a NUL in a name', { extra: { 'no\0te': 1, door: 'open' } }, /^extra "no\\u0000te": text with a NUL/],
    ['a field of its own', { note: 'a\0b', door: 'open' }, /^note: text with a NUL/],
    ['a list', { extra: { note: [1], door: 'open' } }, /^extra note: not a number, string or boolean/],
  ])('lets a field go alone that no database keeps: %s', (_what, more, reason) => {
    const { readings, reasons } = read({ time: NOW, temperature: 1, face: '😀', ...more })
    expect(readings).toMatchObject([{ temperature: 1, extra: { door: 'open', face: '😀' } }])
    expect(reasons).toEqual([expect.stringMatching(reason)])
  })

  it('refuses more than 1,000 readings as a whole', () => {
    const body = (count: number) =>
      Buffer.from(JSON.stringify({ readings: Array(count).fill({ time: NOW, temperature: 1 }) }))
    expect(decode(body(1_000), DEVICE, NOW)).toMatchObject({ ok: true })
    expect(decode(body(1_001), DEVICE, NOW)).toEqual({
      ok: false,
      refuse: '1001 readings in one message: at most 1000 are taken',
    })
    expect(decode(Buffer.from(`[${Array(100_000).fill('{}').join(',')}]`), DEVICE, NOW).ok).toBe(false)
  })

  it('keeps fields that it does not know as extra, and says so when it cannot', () => {
    const { readings, reasons } = read({
      time: NOW,
      temperature: 1,
      humidity: 40,
      deviceId: 'other',
      nested: { a: [1] },
      extra: { door: 'open' },
    })
    expect(readings[0]?.extra).toEqual({ humidity: 40, deviceId: 'other', door: 'open' })
    expect(reasons).toEqual([expect.stringContaining('nested')])
  })

  it('keeps the bytes of a reading once, however much is wrong with it', () => {
    const body = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`odd${i}`, null]))
    const { readings, rejected, reasons } = read({ time: NOW, temperature: 1, level: 2, battery: -1, ...body })
    expect(readings).toHaveLength(1)
    expect(rejected).toHaveLength(1)
    expect(reasons[0]).toMatch(/level 2 .* battery -1 .* odd0, odd1, odd2, odd3, odd4 and 19995 more/)
    expect(reasons[0]?.length).toBeLessThan(500)
  })

  it('takes a message full of unknown fields in the time of any other of its size', () => {
    const body = Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [`field${i}`, i]))
    const payload = Buffer.from(JSON.stringify({ ...body, time: NOW, temperature: 1 }))
    const began = performance.now()
    expect(decode(payload, DEVICE, NOW)).toMatchObject({ ok: true, rejected: [] })
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('is not led astray by names that every object has', () => {
    const { readings } = read(
      `{"time":${NOW},"temperature":1,"__proto__":{"level":0.5},"constructor":7,"extra":{"__proto__":1,"toString":2}}`,
    )
    expect(readings).toMatchObject([{ temperature: 1, level: null }])
    expect(Object.entries(readings[0]?.extra ?? {})).toEqual([
      ['constructor', 7],
      ['toString', 2],
    ])
    expect(Object.getPrototypeOf(readings[0]?.extra)).toBe(Object.prototype)
  })

  it('carries every number that it has dealt with: on the reading, or apart where that is not stored', () => {
    const { readings, numbered } = read({
      readings: [
        { time: NOW, temperature: 1, seq: 4, boot: 1 },
        { time: 'x', seq: 5, boot: 1 },
        { time: NOW, temperature: 1, seq: 6 },
        { time: NOW, temperature: 1 },
      ],
    })
    expect(readings.map(({ boot, seq }) => [boot, seq])).toEqual([
      [1, 4],
      [0, 6],
      [null, 0],
    ])
    expect(numbered).toEqual([{ boot: 1, seq: 5 }])
  })
})
