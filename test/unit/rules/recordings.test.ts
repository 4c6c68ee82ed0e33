import { describe, expect, it } from 'vitest'
import { fold } from '../../../server/rules/fold.ts'
import { drive } from '../../bench/alarms/drive.ts'
import {
  NORMAL_RECORDING,
  RECORDING_FACTS,
  RECORDINGS,
  recorded,
  VALVE_RECORDINGS,
} from '../../bench/alarms/recordings.ts'
import { note } from '../../setup/notes.ts'

if (RECORDINGS === null)
  note({ suite: 'unit', sentence: 'the recordings beside the project are not there', expected: false })

/**
 * A real water loop, open to its own pump, of which nothing is known: a noisy pressure in steps of a third of a bar, a
 * fluid that warms by 2.5 K in 2.8 h. Closing a valve on it changes flow, which is no measure of ours: there is nothing
 * in temperature or pressure that a tank's rule should call, and none may invent something.
 */
describe.skipIf(RECORDINGS === null)('recordings of a water loop', () => {
  const from = RECORDINGS ?? ''

  // a row a file: what comes on each alone, and how many readings it has
  it.each([
    [NORMAL_RECORDING, 9405], ['valve1-0.csv', 1147], ['valve1-1.csv', 1145], ['valve1-2.csv', 1075], ['valve1-3.csv', 1148],
    ['valve1-4.csv', 1095], ['valve1-5.csv', 1154], ['valve1-6.csv', 1154], ['valve1-7.csv', 1094],
  ] as const)('%s alone (%i readings): no alarm', async (file, count) => {
    const readings = await recorded(from, file)
    expect(readings.length).toBe(count)
    expect(drive(fold, readings, RECORDING_FACTS)).toEqual([])
  }) // biome-ignore format: a table

  it('the eight runs with a closing valve one after another: nothing needs action', async () => {
    const all = []
    for (const file of VALVE_RECORDINGS) all.push(...(await recorded(from, file)))
    const alarms = drive(fold, all, RECORDING_FACTS).filter(
      ({ priority }) => priority === 'critical' || priority === 'high',
    )
    expect(alarms).toEqual([])
  })
})
