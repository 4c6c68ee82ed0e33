import { z } from 'zod'

const side = z
  .object({
    high: z.number().optional(),
    highHigh: z.number().optional(),
    low: z.number().optional(),
    lowLow: z.number().optional(),
  })
  .strict()
  .refine(
    (l) => l.high === undefined || l.highHigh === undefined || l.high <= l.highHigh,
    'high must not be above highHigh',
  )
  .refine((l) => l.low === undefined || l.lowLow === undefined || l.lowLow <= l.low, 'lowLow must not be above low')
  .refine((l) => {
    const lowest = l.high ?? l.highHigh
    const highest = l.low ?? l.lowLow
    return lowest === undefined || highest === undefined || highest < lowest
  }, 'the low limits must be below the high limits')

/** Limits of one shipment: temperature in °C, pressure in bar absolute, level as a fraction. A missing one disables only its rule. */
export const Limits = z
  .object({ temperature: side.optional(), pressure: side.optional(), level: side.optional() })
  .strict()
export type Limits = z.infer<typeof Limits>

/** How far back inside its limit a value must come before the alarm clears: °C, bar, fraction. */
export const DEADBAND = { temperature: 0.5, pressure: 0.05, level: 0.01 } as const
