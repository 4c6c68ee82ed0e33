import { expect, it } from 'vitest'
import { runRounds } from '../../chaos/rounds.ts'

/** Where nobody may mount a small disk, that one is named as not run, and the other one is. */
it('the disk full and the database killed, all in one process: everything holds', async () => {
  const found = await runRounds({
    seed: 20_261_123,
    host: null,
    servers: 1,
    devices: 4,
    storm: 0,
    pace: 0.4,
    faults: ['the disk of the database full + the database killed'],
    forMs: 60_000,
    say: console.info,
  })
  expect(found).toEqual([])
}, 120_000)
