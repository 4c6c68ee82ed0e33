import type { Sampled } from '../../server/rules/rule.ts'

/** A reading with nothing measured but what is given. Times in epoch ms. */
export const sampled = (given: Partial<Sampled> & { time: number }): Sampled => ({
  seq: 0,
  receivedAt: given.time,
  temperature: null,
  pressure: null,
  level: null,
  ambient: null,
  lat: null,
  lon: null,
  battery: null,
  shock: null,
  extra: null,
  ...given,
})
