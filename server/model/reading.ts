import { z } from 'zod'
import { Instant } from './instant.ts'

/** 1 standard atmosphere, in bar: what a gauge sensor leaves out (domain facts, section 2). */
export const ATMOSPHERE_BAR = 1.01325

export const DeviceId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
    'a device id is 1 to 64 letters, digits, or . _ : -, and starts with a letter or digit',
  )

/**
 * The physical range that a measure can have: outside it the value is a sensor fault and becomes a dead letter
 * of its own, while the rest of the reading is stored. Units: °C, bar absolute, fraction, degrees WGS 84, %, g.
 */
export const RANGES = {
  temperature: [-273.15, 1000],
  pressure: [0, 1000],
  level: [0, 1],
  ambient: [-100, 100],
  lat: [-90, 90],
  lon: [-180, 180],
  battery: [0, 100],
  shock: [0, 1000],
} as const satisfies Record<string, readonly [number, number]>

export type Measure = keyof typeof RANGES
export const MEASURES = Object.keys(RANGES) as Measure[]

export const Extra = z.record(z.string().max(64), z.union([z.number(), z.string().max(1024), z.boolean()]))
export type Extra = z.infer<typeof Extra>

/** A reading as it is stored: range-checked, absolute pressure in bar, times in epoch milliseconds. */
export type Reading = {
  /** `devices.id` */
  deviceId: number
  receivedAt: number
  time: number
  seq: number
  /** null where the reading came without a number; it is not stored */
  boot: number | null
  temperature: number | null
  pressure: number | null
  level: number | null
  ambient: number | null
  lat: number | null
  lon: number | null
  battery: number | null
  shock: number | null
  extra: Extra | null
}

const int32 = z.int().min(0).max(2147483647)

/** A reading as a device sends it (documentation and the HTTP body; `ingest/decode.ts` judges each measure alone). */
export const ReadingBody = z.object({
  time: Instant,
  seq: int32.optional().describe('counts from 0 in each boot'),
  boot: int32.optional().describe('raised by the device when it starts'),
  temperature: z.number().optional().describe('°C'),
  pressure: z.number().optional().describe('bar, absolute unless the device is registered as gauge'),
  level: z.number().optional().describe('filled fraction, 0 to 1'),
  ambient: z.number().optional().describe('°C'),
  lat: z.number().optional().describe('degrees, WGS 84'),
  lon: z.number().optional().describe('degrees, WGS 84'),
  battery: z.number().optional().describe('%'),
  shock: z.number().optional().describe('g'),
  extra: Extra.optional().describe('flat object of numbers, strings, booleans'),
})
export type ReadingBody = z.input<typeof ReadingBody>

/** Most readings that one message may carry; more is refused whole. */
export const MAX_READINGS = 1000
/** Largest packet or body, bytes. */
export const MAX_PACKET_BYTES = 1_048_576
/** A time further ahead than this, or further behind, is not believed. */
export const MAX_AHEAD_MS = 5 * 60_000
export const MAX_BEHIND_MS = 30 * 86_400_000

export const Committed = z.object({ boot: z.int(), seq: z.int() })
export type Committed = z.infer<typeof Committed>
export const Resend = z.object({ boot: z.int(), ranges: z.array(z.tuple([z.int(), z.int()])) })
export type Resend = z.infer<typeof Resend>
