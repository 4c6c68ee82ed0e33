import { z } from 'zod'
import { Instant, IsoInstant } from './instant.ts'

/** The stages that everybody knows, in their usual order; an organisation adds its own by naming them in a plan. */
export const STAGES = [
  'raw-material',
  'mould-opened',
  'hot-working',
  'heat-treated',
  'synthesis',
  'quality-released',
  'filled',
  'ready',
  'picked-up',
] as const

export const StageId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a stage is up to 40 of a-z, 0-9 and -')

/** What a line goes through when its order does not say: a chemical, not a casting. */
export const USUAL_PLAN: readonly PlannedStage[] = [
  'raw-material',
  'synthesis',
  'quality-released',
  'filled',
  'ready',
  'picked-up',
].map((stage) => ({ stage, weight: 1, plannedAt: null }))

/** A stage of a line's plan, as stored. */
export type PlannedStage = { stage: string; weight: number; plannedAt: string | null }

const LineName = z.string().trim().min(1).max(40)

export const OrderLineCreate = z
  .object({
    line: LineName,
    substance: z.union([z.object({ cas: z.string(), un: z.string().optional() }), z.object({ un: z.string() })]),
    quantity: z.number().positive(),
    unit: z.string().trim().min(1).max(20),
    needBy: Instant,
    supplierId: z.uuid().optional().describe('of this line, where it is not the order’s'),
    price: z.number().nonnegative().optional().describe('of the whole line; seen by its two sides only'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'three letters, ISO 4217')
      .optional(),
    stages: z
      .array(
        z.object({ stage: StageId, weight: z.number().positive().max(1000).optional(), plannedAt: Instant.optional() }),
      )
      .min(1)
      .max(30)
      .optional(),
  })
  .refine((line) => (line.price === undefined) === (line.currency === undefined), 'price and currency go together')
  .refine((line) => new Set(line.stages?.map(({ stage }) => stage)).size === (line.stages?.length ?? 0), {
    path: ['stages'],
    message: 'a stage stands twice in the plan',
  })

export const OrderCreate = z
  .object({
    number: z.string().trim().min(1).max(100),
    supplierId: z.uuid().optional(),
    orderedAt: Instant.optional(),
    lines: z.array(OrderLineCreate).min(1).max(500),
  })
  .refine((order) => new Set(order.lines.map(({ line }) => line)).size === order.lines.length, {
    path: ['lines'],
    message: 'a line stands twice in the order',
  })

const Side = z.object({ id: z.uuid(), name: z.string() })

/** Where one stage of a line stands: what was said last of it, corrections taken into account. */
export const StageState = z.object({
  stage: z.string(),
  weight: z.number(),
  plannedAt: IsoInstant.nullable(),
  estimatedAt: IsoInstant.nullable(),
  actualAt: IsoInstant.nullable(),
  progress: z.number().nullable(),
})
export type StageState = z.infer<typeof StageState>

export const OrderLine = z.object({
  line: z.string(),
  supplier: Side,
  substance: z.object({
    id: z.uuid(),
    cas: z.string(),
    un: z.string().nullable(),
    name: z.string(),
    nameZh: z.string().nullable(),
  }),
  quantity: z.number(),
  unit: z.string(),
  needBy: IsoInstant,
  price: z.number().nullable(),
  currency: z.string().nullable(),
  stages: z.array(StageState),
  /** the last stage of the plan that is done; null while none is */
  reached: z.string().nullable(),
  /** done weight over all weight, 0 to 1 */
  done: z.number(),
})
export type OrderLine = z.infer<typeof OrderLine>

/** An order as one side sees it: the buyer all lines, a supplier its own. */
export const Order = z.object({
  id: z.uuid(),
  number: z.string(),
  buyer: Side,
  orderedAt: IsoInstant.nullable(),
  createdAt: IsoInstant,
  lines: z.array(OrderLine),
})
export type Order = z.infer<typeof Order>
