import { z } from 'zod'
import { IsoInstant } from './instant.ts'
import { Family, StageId } from './order.ts'

/** A stage of an organisation's own: what its id is called. */
export const OwnStage = z.object({
  stage: StageId,
  name: z.string().trim().min(1).max(100),
  nameZh: z.string().trim().min(1).max(100).nullable().default(null),
})
export type OwnStage = z.infer<typeof OwnStage>

/** A stage that a line can go through. `own`: of your organisation, rather than one that everybody knows. */
export const StageKnown = z.object({
  stage: z.string(),
  name: z.string().nullable(),
  nameZh: z.string().nullable(),
  own: z.boolean(),
})

const PlanStages = z
  .array(
    z.object({
      stage: StageId,
      weight: z.number().positive().max(1000).optional(),
      usualDays: z.number().nonnegative().max(3650).nullable().optional().describe('days after the stage before'),
    }),
  )
  .min(1)
  .max(30)
  .refine(
    (stages) => new Set(stages.map(({ stage }) => stage)).size === stages.length,
    'a stage stands twice in the plan',
  )

/** For which lines it is: of a product family, of a supplier, of both, or (neither) of all that have no other. */
export const StagePlanSet = z.object({
  family: Family.nullable().optional(),
  supplierId: z.uuid().nullable().optional(),
  stages: PlanStages,
})
export type StagePlanSet = z.infer<typeof StagePlanSet>

export const StagePlan = z.object({
  id: z.uuid(),
  family: z.string().nullable(),
  supplierId: z.uuid().nullable(),
  supplierName: z.string().nullable(),
  stages: z.array(z.object({ stage: z.string(), weight: z.number(), usualDays: z.number().nullable() })),
  createdAt: IsoInstant,
})
export type StagePlan = z.infer<typeof StagePlan>
