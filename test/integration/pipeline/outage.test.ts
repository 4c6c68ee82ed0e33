import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type BreakableProxy, createProxy } from '../broker/proxy.ts'
import { type Answer, type Rig, startRig } from './rig.ts'

let rig: Rig
let proxy: BreakableProxy
afterEach(() => rig.close())

/** The database behind a proxy whose connections a test can break at any byte. */
const through = async (url: string) => {
  const target = new URL(url)
  const port = Number(target.port)
  proxy = await createProxy(() => port)
  target.port = String(proxy.port)
  return { url: target.href, close: proxy.close }
}
const NOW = Math.floor(Date.now() / 1000) * 1000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the database is away', () => {
  it('nothing is acknowledged, nothing is dropped, and it goes on by itself', async () => {
    rig = await startRig({ through })
    await rig.send(1, { time: NOW - 1_000, temperature: 20 })
    proxy.block(true)
    proxy.cut()
    const answers: Answer[] = []
    const sent = Array.from({ length: 500 }, (_, i) =>
      rig.send(1, { time: NOW + i, temperature: 20 }).then((answer) => answers.push(answer)),
    )
    await pause(1_500)
    expect(answers).toEqual([])
    expect(rig.log).toContain('the database is away; nothing is acknowledged until it is back')
    proxy.block(false)
    await Promise.all(sent)
    expect((await rig.owner.query('select count(*)::integer as count from readings')).rows).toEqual([{ count: 501 }])
    expect(await rig.deadLetters()).toEqual([])
  })

  it('however often a connection breaks in the middle of a transaction: all stored once, each alarm once', async () => {
    rig = await startRig({ devices: 25, through })
    let device = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { minLength: 3, maxLength: 12 }), async (delays) => {
        device++
        const from = NOW - 3_600_000
        let reading = 0
        const sending: Promise<Answer>[] = []
        for (const delay of delays) {
          for (let i = 0; i < 5; i++, reading++) {
            sending.push(
              rig.send(device, {
                time: from + reading * 10_000,
                seq: reading,
                temperature: reading % 3 === 1 ? 35 : 20,
              }),
            )
          }
          await pause(delay)
          proxy.cut()
        }
        for (const answer of await Promise.all(sending))
          expect(answer).toEqual({ acknowledged: { stored: 1, deadLetters: 0 } })
        await rig.settled()
        const { rows } = await rig.owner.query<{ readings: number; alarms: number; raised: number; cleared: number }>(
          `select (select count(*)::integer from readings where device_id = a.device_id) as readings,
             (select count(*)::integer from alarms where device_id = a.device_id and not void) as alarms,
             (select count(*)::integer from alarm_changes where shipment_id = a.shipment_id and change = 'raised') as raised,
             (select count(*)::integer from alarm_changes where shipment_id = a.shipment_id and change = 'cleared') as cleared
           from assignments a where a.shipment_id = $1`,
          [rig.shipments[device - 1]],
        )
        const hot = Array.from({ length: reading }, (_, i) => i).filter((i) => i % 3 === 1)
        const over = hot.filter((i) => i + 1 < reading)
        expect(rows).toEqual([{ readings: reading, alarms: hot.length, raised: hot.length, cleared: over.length }])
      }),
      { numRuns: 12, endOnFailure: true },
    )
    expect(await rig.deadLetters()).toEqual([])
    expect(rig.log.filter((line) => line.startsWith('ERROR'))).toEqual([])
  })
})
