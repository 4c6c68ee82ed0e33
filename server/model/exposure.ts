import { z } from 'zod'
import { IsoInstant, QueryInstant } from './instant.ts'

export const ExposureQuery = z.object({
  from: QueryInstant.optional().describe('the first loan of a device where none is given'),
  to: QueryInstant.optional().describe('now where none is given'),
})

/** How much of a temperature a product may have had, over a whole trip. */
export const ExposureBudget = z
  .object({
    above: z.number().min(-100).max(300).describe('°C'),
    minutes: z.number().positive().max(525_600).optional(),
    degreeHours: z.number().positive().max(1_000_000).optional().describe('K·h'),
  })
  .strict()
  .refine((b) => b.minutes !== undefined || b.degreeHours !== undefined, 'give minutes, degreeHours, or both')
export type ExposureBudget = z.infer<typeof ExposureBudget>

export const ExposureBudgets = z.object({ items: z.array(ExposureBudget).max(10) })

export const Exposure = z.object({
  from: IsoInstant,
  to: IsoInstant,
  meanKineticCelsius: z.number().nullable().describe('°C, USP <1160>; null where nothing was measured'),
  coverage: z.number().describe('part of the time of which a temperature is known'),
  knownMinutes: z.number(),
  beyond: z.array(
    z.object({
      side: z.enum(['high', 'highHigh', 'low', 'lowLow']),
      limit: z.number().nullable().describe('°C in force now; earlier versions count over their own time'),
      minutes: z.number(),
      degreeHours: z.number().describe('K·h'),
    }),
  ),
  budgets: z.array(
    z.object({
      above: z.number(),
      minutes: z.number(),
      degreeHours: z.number(),
      allowedMinutes: z.number().nullable(),
      allowedDegreeHours: z.number().nullable(),
      used: z.number().describe('share of the budget that is gone; above 1 it is overdrawn'),
    }),
  ),
  resolutionSeconds: z.number().describe('means over so many seconds were counted'),
})
export type Exposure = z.infer<typeof Exposure>
