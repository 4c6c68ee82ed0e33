import { z } from 'zod'
import { Instant, IsoInstant } from './instant.ts'

/** A time in which our own intake was down: one alarm for an organisation, whatever number of its devices it concerned. */
export const IntakeOutage = z.object({
  beganAt: IsoInstant,
  endedAt: IsoInstant.nullable().describe('null: nothing can be heard now'),
  devices: z.int().describe('lent to shipments that you see'),
  recovered: z
    .int()
    .describe('of these, those that have since sent what they measured meanwhile, from beginning to end'),
  partly: z.int().describe('of these, those that have sent a part of it'),
  acknowledgedAt: IsoInstant.nullable(),
  acknowledgedBy: z.string().nullable(),
})
export type IntakeOutage = z.infer<typeof IntakeOutage>

export const IntakeOutages = z.object({ items: z.array(IntakeOutage) })
export type IntakeOutages = z.infer<typeof IntakeOutages>

export const OutagesSeen = z.object({ until: Instant.describe('those that began until then') })
