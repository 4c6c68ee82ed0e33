import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guessOrder, momentReader, parseDate } from '../../../../server/orders/import/dates.ts'
import { guessDecimal, isGap, parseNumber, unitOf } from '../../../../server/orders/import/numbers.ts'

const utc = momentReader('UTC')
const read = (cell: Parameters<typeof parseDate>[0], order?: 'dmy' | 'mdy' | 'ymd'): string => {
  const date = parseDate(cell, order)
  if (!date.ok) return date.can.length > 0 ? `either ${date.can.join(' ')}` : 'no'
  return new Date(utc(date.moment, 0)).toISOString().replace('T00:00:00.000Z', '')
}

describe('a date', () => {
  it.each([
    ['2012-03-04', '2012-03-04'],
    [' 2012/3/4 ', '2012-03-04'],
    ['2012.03.04', '2012-03-04'],
    ['2012年3月4日', '2012-03-04'],
    ['２０１２年３月４日', '2012-03-04'],
    ['20120304', '2012-03-04'],
    ['4-Mar-12', '2012-03-04'],
    ['04 March 2012', '2012-03-04'],
    ['4th Mar. 2012', '2012-03-04'],
    ['Mar 4, 2012', '2012-03-04'],
    ['March 4th 2012', '2012-03-04'],
    ['4.3.2012', '2012-03-04'],
    ['13/4/12', '2012-04-13'],
    ['4/13/12', '2012-04-13'],
    ['4/4/2012', '2012-04-04'],
    ['3/4/12', 'either 2012-04-03 2012-03-04'],
    ['3-4-2012', 'either 2012-04-03 2012-03-04'],
    ['1/2/70', 'either 1970-02-01 1970-01-02'],
    ['2012-03-04 15:30', '2012-03-04T15:30:00.000Z'],
    ['2012-03-04T15:30:05Z', '2012-03-04T15:30:05.000Z'],
    ['2012-03-04T15:30:05+08:00', '2012-03-04T07:30:05.000Z'],
    ['2012-01-30 06:24:00+02:00', '2012-01-30T04:24:00.000Z'],
    ['2012/3/4 下午', 'no'],
    ['13/4/12 3:05 PM', '2012-04-13T15:05:00.000Z'],
    ['2012-02-30', 'no'],
    ['2012-13-01', 'no'],
    ['2012-03-04 25:00', 'no'],
    ['soon', 'no'],
    ['Q2 2012', 'no'],
    ['12', 'no'],
    ['40972', '2012-03-04'],
    ['', 'no'],
  ])('written %j is %s', (text, wanted) => {
    expect(read(text)).toBe(wanted)
  })

  it('of three numbers is read in the order that is said', () => {
    expect([read('3/4/12', 'dmy'), read('3/4/12', 'mdy'), read('12/3/4', 'ymd')]).toEqual([
      '2012-04-03',
      '2012-03-04',
      'no',
    ])
    expect(read('12/03/04', 'ymd')).toBe('2012-03-04')
    // one that can't be so is not turned round in silence
    expect(read('3/25/12', 'dmy')).toBe('no')
  })

  it('of a spreadsheet is its day, as a date or as a serial number', () => {
    expect([read(40_972), read(40_972.75), read(new Date('2012-03-04T00:00:00Z'))]).toEqual([
      '2012-03-04',
      '2012-03-04T18:00:00.000Z',
      '2012-03-04',
    ])
    expect(read(4711)).toBe('no')
  })

  it('shows in which order a file writes it, where its dates agree', () => {
    expect(guessOrder(['3/4/12', '13/4/12', null])).toEqual({ order: 'dmy', asks: false })
    expect(guessOrder(['3/4/12', '4/13/12'])).toEqual({ order: 'mdy', asks: false })
    expect(guessOrder(['3/4/12', '4/4/12'])).toEqual({ order: undefined, asks: true })
    expect(guessOrder(['13/4/12', '4/13/12', '3/4/12'])).toEqual({ order: undefined, asks: true })
    expect(guessOrder(['2012-03-04', 'soon'])).toEqual({ order: undefined, asks: false })
  })

  it('is of a time zone, where the clock is turned too', () => {
    const at = (zone: string, text: string) => {
      const date = parseDate(text)
      return date.ok ? new Date(momentReader(zone)(date.moment, 0)).toISOString() : null
    }
    expect(at('Asia/Shanghai', '2026-05-01')).toBe('2026-04-30T16:00:00.000Z')
    expect(at('Europe/Berlin', '2026-01-01 12:00')).toBe('2026-01-01T11:00:00.000Z')
    expect(at('Europe/Berlin', '2026-07-01 12:00')).toBe('2026-07-01T10:00:00.000Z')
    expect(at('America/New_York', '2026-11-01')).toBe('2026-11-01T04:00:00.000Z')
  })

  it('that any day is written as is that day again', () => {
    const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10)
        const [year = '', month = '', of = ''] = iso.split('-')
        const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
        for (const text of [
          iso,
          `${year}/${Number(month)}/${Number(of)}`,
          `${year}年${month}月${of}日`,
          `${of}-${months[Number(month) - 1]}-${year}`,
          `${of}.${month}.${year}`,
          year + month + of,
        ])
          expect(read(text)).toBe(iso)
        expect([read(`${of}/${month}/${year}`, 'dmy'), read(`${month}/${of}/${year}`, 'mdy')]).toEqual([iso, iso])
      }),
    )
  })

  it('is never anything but a date, a question or no, whatever is written', () => {
    fc.assert(fc.property(fc.string(), (text) => ['string'].includes(typeof read(text))))
  })
})

describe('a number', () => {
  it.each<[string, number, string]>([
    ['1234.5', 1234.5, ''],
    ['1,234.5', 1234.5, ''],
    ['1.234,5', 1234.5, ''],
    ['1 234,5', 1234.5, ''],
    ["1'234.50", 1234.5, ''],
    ['1,234', 1234, ''],
    ['1.234', 1.234, ''],
    ['12,5', 12.5, ''],
    ['1,234,567', 1_234_567, ''],
    ['1.234.567', 1_234_567, ''],
    ['1,00,000', 100_000, ''],
    ['20 t', 20, 't'],
    ['1,500kg', 1500, 'kg'],
    ['１２３．５　千克', 123.5, '千克'],
    ['¥12,000.00', 12_000, ''],
    ['USD 5', 5, ''],
    ['-3', -3, ''],
    ['50%', 50, '%'],
    ['1e3', 1000, ''],
    ['.5', 0.5, ''],
  ])('written %j is %d and %j', (text, value, rest) => {
    expect(parseNumber(text)).toEqual({ value, rest })
  })
  it.each(['', 'twenty', '1,2,3', '12,34,5.6', '1.2.3', '--3', '1e999', 'NaN', ','])('is not %j', (text) => {
    expect(parseNumber(text)).toBeNull()
  })
  it('of a file with decimal commas is read so', () => {
    expect(guessDecimal(['1,5', '1.234'])).toBe(',')
    expect(guessDecimal(['1.5', '1,234'])).toBeUndefined()
    expect(guessDecimal(['1,234', '5,678'])).toBeUndefined()
    expect([parseNumber('1,234', ','), parseNumber('1.234', ',')]).toEqual([
      { value: 1.234, rest: '' },
      { value: 1234, rest: '' },
    ])
  })
  it('that any number is written as, with thousands set apart, is that number again', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (number) => {
        const wanted = Number(number.toFixed(2))
        for (const [locale, decimal] of [['en-US', '.'], ['de-DE', ','], ['fr-FR', ','], ['de-CH', '.'], ['en-IN', '.']] as const) {
          const text = wanted.toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).replace('−', '-')
          expect([text, parseNumber(text, decimal)?.value]).toEqual([text, wanted === 0 ? expect.closeTo(0) : wanted])
        }
      }),
    ) // biome-ignore format: locales
  })
})

it('knows the units that people write, and leaves others as they are', () => {
  expect(['吨', 'MT', 'Kgs.', '千克', 'l', 'CBM', 'IBC'].map(unitOf)).toEqual(['t', 't', 'kg', 'kg', 'L', 'm³', 'IBC'])
})
it('knows what says nothing', () => {
  expect(['', ' ', '-', 'N/A', 'Date Not Captured', '无', null, undefined].every(isGap)).toBe(true)
  expect(['0', 0, 'x'].some(isGap)).toBe(false)
})
