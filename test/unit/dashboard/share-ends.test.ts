import { expect, it } from 'vitest'
import { endOf } from '../../../dashboard/share/ends.ts'

const now = Date.parse('2026-11-23T08:00:00Z')
const at = (text: string): number => Date.parse(text)

it.each([
  ['4h', '2026-11-25T00:00:00Z', '2026-11-23T12:00:00Z'],
  ['24h', '2026-11-25T00:00:00Z', '2026-11-24T08:00:00Z'],
  ['3d', '2026-11-25T00:00:00Z', '2026-11-26T08:00:00Z'],
  ['arrival', '2026-11-25T00:00:00Z', '2026-11-26T00:00:00Z'],
  // the server allows 30 days
  ['arrival', '2027-03-01T00:00:00Z', '2026-12-23T07:59:00Z'],
  // arrived long ago: nothing to offer
  ['arrival', '2026-11-20T00:00:00Z', null],
] as const)('%s, arriving %s: ends %s', (end, eta, expected) => {
  expect(endOf(end, now, at(eta))).toBe(expected === null ? null : at(expected))
})
