import { clockSkew } from './clock-skew.ts'
import { corridorLeft } from './corridor-left.ts'
import type { Detector } from './detector.ts'
import { arrival, departure } from './geofence.ts'
import { sensorImpossible } from './sensor-impossible.ts'
import { unplannedStop } from './unplanned-stop.ts'

/** The detectors that watch the journey, and what the device itself says. */
export const JOURNEY_DETECTORS: readonly Detector[] = [
  departure,
  arrival,
  corridorLeft,
  unplannedStop,
  clockSkew,
  sensorImpossible,
]
