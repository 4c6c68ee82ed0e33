import { describe, expect, inject, it } from 'vitest'
import { runRounds } from '../../chaos/rounds.ts'
import { has } from '../../setup/services.ts'

/** A short round of `npm run chaos`: the long one draws from all faults, at both kinds of installation. */
describe.skipIf(!has.own)('faults, while devices send and people watch', () => {
  it('servers, database, broker and Redis killed, standing still, out of reach: everything holds', async () => {
    const found = await runRounds({
      seed: 20_261_123,
      host: inject('services').host,
      servers: 2,
      devices: 6,
      storm: 200,
      pace: 0.25,
      faults: [
        'the database killed + devices start anew',
        'the database stopped + the broker stopped + Redis stopped + connections of the servers to the broker half-open + ' +
          'connections to the database slow + the clock of a server jumps + clocks of devices jump + ' +
          'the broker killed while devices rest',
        'many devices at once',
      ],
      forMs: 90_000,
      say: console.info,
    })
    expect(found).toEqual([])
  }, 180_000)
})
