import { z } from 'zod'
import { LineForecast } from './forecast.ts'
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

/** A stage of a line's plan, as stored; `usualDays`: how long it takes after the one before. */
export type PlannedStage = { stage: string; weight: number; plannedAt: string | null; usualDays?: number | null }

export const LineName = z.string().trim().min(1).max(40)
export const LineQuantity = z.number().positive().max(1e12)
export const Unit = z.string().trim().min(1).max(20)
export const Family = z.string().trim().min(1).max(100)

const isOnce = (stages: readonly { stage: string }[] | undefined): boolean =>
  new Set(stages?.map(({ stage }) => stage)).size === (stages?.length ?? 0)

/** A plan as it is given: weights of 1 where none is, and dates where they are known. */
export const LinePlan = z
  .array(
    z.object({
      stage: StageId,
      weight: z.number().positive().max(1000).optional(),
      plannedAt: Instant.optional(),
      usualDays: z.number().nonnegative().max(3650).optional().describe('days after the stage before'),
    }),
  )
  .min(1)
  .max(30)
  .refine(isOnce, 'a stage stands twice in the plan')

export const OrderLineCreate = z
  .object({
    line: LineName,
    substance: z.union([z.object({ cas: z.string(), un: z.string().optional() }), z.object({ un: z.string() })]),
    quantity: LineQuantity,
    unit: Unit,
    needBy: Instant,
    family: Family.optional().describe(
      'product family, in your own words; else as on your last line of this substance',
    ),
    supplierId: z.uuid().optional().describe('of this line, where it is not the order’s'),
    price: z.number().nonnegative().optional().describe('of the whole line; seen by its two sides only'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'three letters, ISO 4217')
      .optional(),
    stages: LinePlan.optional().describe('else your plan for its family and supplier, else the usual one'),
  })
  .refine((line) => (line.price === undefined) === (line.currency === undefined), 'price and currency go together')

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
  /** how long it usually takes after the stage before, in days */
  usualDays: z.number().nullable(),
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
  family: z.string().nullable(),
  cancelledAt: IsoInstant.nullable(),
  stages: z.array(StageState),
  /** what arrived, corrections taken into account; null while nothing did. `complete`: no more is to come */
  received: z.object({ at: IsoInstant, quantity: z.number(), complete: z.boolean() }).nullable(),
  /** the shipments that carry it, as far as you see them */
  shipments: z.array(
    z.object({ id: z.uuid(), reference: z.string(), phase: z.string(), quantity: z.number(), eta: IsoInstant }),
  ),
  /** the last stage of the plan that is done; null while none is */
  reached: z.string().nullable(),
  /** done weight over all weight, 0 to 1 */
  done: z.number(),
  /** as a milestone named it last; null: none did. A lot is its supplier's */
  lot: z.string().nullable(),
  /** other open lines of that lot, as far as you see them: what is late with one is late with all. At most 50 */
  sharesLot: z.array(z.object({ orderId: z.uuid(), number: z.string(), line: z.string() })),
  /** the newest; null until it is made, a moment after the line was entered */
  forecast: LineForecast.nullable(),
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

/** What may be changed of a line. `reason` is kept with the change. */
export const OrderLinePatch = z
  .strictObject({
    quantity: LineQuantity.optional(),
    unit: Unit.optional(),
    needBy: Instant.optional(),
    family: Family.nullable().optional(),
    stages: LinePlan.optional(),
    cancelled: z.boolean().optional().describe('false takes a cancellation back'),
    reason: z.string().trim().min(1).max(1000).optional(),
  })
  .refine(({ reason: _reason, ...fields }) => Object.keys(fields).length > 0, 'nothing to change is named')
export type OrderLinePatch = z.infer<typeof OrderLinePatch>

/** One entry of an order's history: what was changed, from what to what. */
export const OrderChange = z.object({
  id: z.string(),
  at: IsoInstant,
  /** null: the order as a whole */
  line: z.string().nullable(),
  what: z.enum(['entered', 'changed', 'attached', 'detached']),
  /** by field: {"needBy": {"before": …, "after": …}} */
  changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })),
  reason: z.string().nullable(),
  source: z.enum(['person', 'import']),
  by: z.object({ kind: z.string(), name: z.string() }).nullable(),
})
export type OrderChange = z.infer<typeof OrderChange>

export const ReceiptSaid = z.object({
  at: Instant,
  quantity: z.number().nonnegative().max(1e12).describe('in the unit of the line; 0 in a correction: it never arrived'),
  condition: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .default('good')
    .describe('good, damaged, contaminated, refused, or your own word'),
  remark: z.string().trim().max(2000).optional(),
  more: z.boolean().default(false).describe('more of the line is still to come, so that its forecast goes on'),
  key: z.string().min(1).max(200).optional().describe('makes a retry harmless'),
  corrects: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .describe('id of the receipt that was wrong'),
})
export type ReceiptSaid = z.infer<typeof ReceiptSaid>

export const Receipt = z.object({
  id: z.string(),
  at: IsoInstant,
  quantity: z.number(),
  condition: z.string(),
  remark: z.string().nullable(),
  more: z.boolean(),
  key: z.string().nullable(),
  corrects: z.string().nullable(),
  by: z.object({ kind: z.string(), name: z.string() }),
  recordedAt: IsoInstant,
})
export type Receipt = z.infer<typeof Receipt>

/** A line's share of a shipment. */
export const ShipmentLineSet = z.object({ orderId: z.uuid(), line: LineName, quantity: LineQuantity })
