import { expect, it } from 'vitest'
import { discBursts, reliefCloses, reliefStart } from '../../../server/physics/relief.ts'

it.each([
  [2.65, 2.2083],
  [4, 3.3333],
  [4.5, 3.75],
  [4.51, 3.3073],
  [6, 4.4],
  [10, 7.3333],
])('a tank tested at %d bar starts to blow at %d bar', (test, start) => expect(reliefStart(test)).toBeCloseTo(start, 3))

it('closes a tenth lower, and a disc in series bursts a tenth higher', () => {
  expect(reliefCloses(3)).toBeCloseTo(2.7)
  expect(discBursts(3)).toBeCloseTo(3.3)
})
