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

  it('normal running: no alarm', async () => {
    const readings = await recorded(from, NORMAL_RECORDING)
    expect(readings.length).toBe(9405)
    expect(drive(fold, readings, RECORDING_FACTS)).toEqual([])
  })

  it('the eight runs with a closing valve, each alone and one after another: nothing needs action', async () => {
    const all = []
    for (const file of VALVE_RECORDINGS) {
      const readings = await recorded(from, file)
      all.push(...readings)
      expect(drive(fold, readings, RECORDING_FACTS)).toEqual([])
    }
    const alarms = drive(fold, all, RECORDING_FACTS).filter(
      ({ priority }) => priority === 'critical' || priority === 'high',
    )
    expect(alarms).toEqual([])
  })
})
