import { expect, it } from 'vitest'
import { adrLine, type DangerousGoods } from '../../../server/physics/adr-line.ts'

const allyl: DangerousGoods = {
  un: '1098', name: 'ALLYL ALCOHOL', hazardClass: '6.1 (3)', packingGroup: 'I', tunnelCode: 'C/D', control: null, emergency: null,
} // biome-ignore format: one entry of the list
const line = (more: Partial<DangerousGoods>) => {
  const made = adrLine({ ...allyl, ...more })
  if (!made.ok) throw new Error(made.reason)
  return [made.line, made.missing]
}

it('stands in the order of ADR 5.4.1.1.1', () => {
  expect(line({})).toEqual(['UN 1098 ALLYL ALCOHOL, 6.1 (3), I, (C/D)', []])
})
it('has no packing group for gases and organic peroxides, and does not miss one', () => {
  const ammonia = { un: '1005', name: 'AMMONIA, ANHYDROUS', hazardClass: '2.3 (8)', packingGroup: null }
  expect(line(ammonia)).toEqual(['UN 1005 AMMONIA, ANHYDROUS, 2.3 (8), (C/D)', []])
  const peroxide = { un: '3113', name: 'ORGANIC PEROXIDE TYPE C, LIQUID, TEMPERATURE CONTROLLED', hazardClass: '5.2', packingGroup: null, tunnelCode: 'D' } // biome-ignore format: one entry
  expect(line({ ...peroxide, control: 20, emergency: 25 })).toEqual([
    'UN 3113 ORGANIC PEROXIDE TYPE C, LIQUID, TEMPERATURE CONTROLLED, 5.2, (D), control temperature: 20 °C, emergency temperature: 25 °C',
    [],
  ])
})
it('names what is missing', () => {
  expect(line({ packingGroup: null, tunnelCode: null })).toEqual([
    'UN 1098 ALLYL ALCOHOL, 6.1 (3)',
    ['the packing group', 'the tunnel restriction code'],
  ])
  expect(adrLine({ ...allyl, un: null })).toMatchObject({ ok: false })
})
