import type { Detector } from './detector.ts'
import { JOURNEY_DETECTORS } from './journey.ts'
import { liquidFull } from './liquid-full.ts'
import { pressureResidual } from './pressure-residual.ts'
import { rateOfRise } from './rate-of-rise.ts'
import { selfHeating } from './self-heating.ts'
import { sensorFrozen } from './sensor-frozen.ts'
import { timeToLimitRule } from './time-to-limit.ts'

/** The detectors that watch the tank and what is in it, in the order in which they are asked. */
export const TANK_DETECTORS: readonly Detector[] = [
  rateOfRise,
  timeToLimitRule,
  pressureResidual,
  selfHeating,
  liquidFull,
  sensorFrozen,
]

/** The rules that look at minutes, in the order in which they are asked. */
export const DETECTORS: readonly Detector[] = [...TANK_DETECTORS, ...JOURNEY_DETECTORS]
