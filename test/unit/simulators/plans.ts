import type { DevicePlan } from '../../../simulators/device.ts'

export const NOON = Date.parse('2026-05-12T04:00:00Z') // in China
export const HOUR = 3_600_000

/** A methanol tank from Shanghai to Chengdu, a reading a minute. */
export const planOf = (changes: Partial<DevicePlan> = {}): DevicePlan => ({
  id: 'tank-1',
  seed: 'unit',
  boot: 7,
  substanceCas: '67-56-1',
  route: 'shanghai-chengdu',
  scenario: 'normal',
  startedAt: NOON,
  intervalSeconds: 60,
  pressureReference: 'absolute',
  ...changes,
})
