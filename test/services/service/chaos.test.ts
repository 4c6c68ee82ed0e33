import { describe, expect, inject, it } from 'vitest'
import { runRounds } from '../../chaos/rounds.ts'
import { has } from '../../setup/services.ts'

/** A short round of `npm run chaos`: the long one draws from all faults, at both kinds of installation. */
describe.skipIf(!has.own)('faults, while devices send and people watch', () => {
  it('the database killed, and a server while many devices come at once: everything holds', async () => {
    const found = await runRounds({
      seed: 20_261_123,
      host: inject('services').host,
      servers: 2,
      devices: 6,
      storm: 200,
      faults: ['the database killed', 'many devices at once'],
      forMs: 60_000,
      say: console.info,
    })
    expect(found).toEqual([])
  }, 120_000)
})
