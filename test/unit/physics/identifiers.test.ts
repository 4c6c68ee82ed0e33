import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { casCheckDigit, checkCas, checkUn } from '../../../server/physics/identifiers.ts'

describe('CAS numbers', () => {
  it.each(['107-07-3', '7664-41-7', '75-21-8', '80-15-9', '7782-50-5', ' 67-56-1 '])('accepts %s', (cas) => {
    expect(checkCas(cas)).toEqual({ ok: true, value: cas.trim() })
  })

  it.each(['7664-41-8', '7664417', '1-23-4', '12345678-12-3', 'methanol', '67-56-', ''])('refuses %s', (cas) => {
    expect(checkCas(cas).ok).toBe(false)
  })

  it('says which digit it should be', () => {
    expect(checkCas('7664-41-8')).toMatchObject({ reason: expect.stringContaining('should be 7') })
  })

  it('notices every single mistyped digit of the part before the check digit whose weight is prime to 10', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\d{4,9}$/),
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        (digits, position, change) => {
          const index = position % digits.length
          const weight = digits.length - index
          fc.pre([1, 3, 7, 9].includes(weight))
          const mistyped = [...digits]
            .map((digit, at) => (at === index ? String((Number(digit) + change) % 10) : digit))
            .join('')
          expect(casCheckDigit(mistyped)).not.toBe(casCheckDigit(digits))
        },
      ),
    )
  })
})

describe('UN numbers', () => {
  it.each([
    ['1230', '1230'],
    ['UN 1098', '1098'],
    ['un1005', '1005'],
    ['UN-0004', '0004'],
  ])('accepts %s', (text, value) => {
    expect(checkUn(text)).toEqual({ ok: true, value })
  })

  it.each(['123', '12300', 'UN', 'NA 1993', '0000', '9999', '12 30'])('refuses %s', (text) => {
    expect(checkUn(text).ok).toBe(false)
  })
})

describe('the catalogue', () => {
  it('holds only well-formed CAS and UN numbers', async () => {
    const sql = await readFile(new URL('../../../sql/0002_catalogue.sql', import.meta.url), 'utf8')
    const rows = [...sql.matchAll(/^\s*\('(\S+?)', (?:'(\d+)'|null),/gm)]
    expect(rows.length).toBeGreaterThan(40)
    for (const [, cas = '', un] of rows) {
      expect(checkCas(cas), cas).toMatchObject({ ok: true })
      if (un !== undefined) expect(checkUn(un), un).toMatchObject({ ok: true })
    }
  })
})
