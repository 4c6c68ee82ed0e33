import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const sql = readFileSync(new URL('../../../sql/0018_record.sql', import.meta.url), 'utf8')
/** Constants as the migration gives them: CAS, A, B, C. */
const constants = new Map(
  [...sql.matchAll(/\('(\d+-\d\d-\d)', (\d\.\d+), (\d+\.\d+), (\d+\.\d+), (?:-?\d+|null), (?:-?\d+|null)\)/g)].map(
    ([, cas = '', a, b, c]) => [cas, { a: Number(a), b: Number(b), c: Number(c) }],
  ),
)
const bar = (cas: string, celsius: number): number => {
  const { a, b, c } = constants.get(cas) ?? { a: Number.NaN, b: 0, c: 0 }
  return 10 ** (a - b / (c + celsius)) / 750.0617
}

// each against its normal boiling point, or, of a liquefied gas, its vapour pressure at 20 °C
it.each([
  ['67-56-1', 64.6, 1.013],
  ['64-17-5', 78.3, 1.013],
  ['109-66-0', 36.1, 1.013],
  ['110-54-3', 68.7, 1.013],
  ['67-63-0', 82.3, 1.013],
  ['67-64-1', 56.1, 1.013],
  ['141-78-6', 77.1, 1.013],
  ['71-43-2', 80.1, 1.013],
  ['108-88-3', 110.6, 1.013],
  ['142-82-5', 98.4, 1.013],
  ['110-82-7', 80.7, 1.013],
  ['108-05-4', 72.7, 1.013],
  ['75-07-0', 20.2, 1.013],
  ['60-29-7', 34.6, 1.013],
  ['75-15-0', 46.2, 1.013],
  ['78-79-5', 34.1, 1.013],
  ['7664-41-7', 20, 8.57],
  ['74-98-6', 20, 8.36],
  ['106-97-8', 20, 2.08],
  ['75-21-8', 20, 1.46],
])('the vapour pressure of %s at %d °C is %d bar', (cas, celsius, expected) => {
  expect(Math.abs(bar(cas, celsius) / expected - 1)).toBeLessThan(0.02)
})

it('every set of constants of the catalogue is looked at', () => {
  expect(constants.size).toBe(20)
})
