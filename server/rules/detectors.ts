import type { Detector } from './detector.ts'

/** The rules that look at minutes, in the order in which they are asked. */
export const DETECTORS: readonly Detector[] = []
