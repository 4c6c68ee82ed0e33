import { z } from 'zod'
import { ForecastMove } from './forecast.ts'
import { Instant, IsoInstant } from './instant.ts'
import { Milestone, MilestoneSaid } from './milestone.ts'
import { LineName, StageState } from './order.ts'
import { Scorecard } from './order-risk.ts'

/** The longest that a supplier's link may last: production takes longer than a trip. */
export const LONGEST_SUPPLIER_LINK_MS = 180 * 86_400_000
/** Of a picture as it is kept; a browser scales it down to far less. */
export const MAX_PHOTO_BYTES = 400_000

export const SupplierLinkCreate = z
  .object({
    supplierId: z.uuid(),
    orderId: z.uuid().optional().describe('with `line`: only this line; else all open lines with you'),
    line: LineName.optional(),
    expiresAt: Instant.describe('at most 180 days from now'),
    note: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .describe('for whom or what; the holder of the link does not see it'),
    email: z.email().max(254).optional().describe('reminders of stages that are due go there, at most one a day'),
  })
  .refine(({ orderId, line }) => (orderId === undefined) === (line === undefined), 'orderId and line go together')

/** A link as its organisation sees it; the link itself is shown once, when it is made. */
export const SupplierLink = z.object({
  id: z.uuid(),
  supplier: z.object({ id: z.uuid(), name: z.string() }),
  /** the only line that it shows; null: all that are open */
  orderId: z.uuid().nullable(),
  line: z.string().nullable(),
  note: z.string().nullable(),
  email: z.string().nullable(),
  createdBy: z.string().nullable(),
  createdAt: IsoInstant,
  expiresAt: IsoInstant,
  withdrawnAt: IsoInstant.nullable(),
  /** how often it was opened, an hour of looking counting as one more */
  uses: z.int(),
  lastUsedAt: IsoInstant.nullable(),
})
export type SupplierLink = z.infer<typeof SupplierLink>

export const SupplierLinkMade = SupplierLink.extend({ link: z.string() })
export type SupplierLinkMade = z.infer<typeof SupplierLinkMade>

/**
 * Of the dates that the supplier gave for stages that are done, of the last year, how many were kept, a day of grace
 * included: the scorecard's figure, which the buyer and the supplier see alike, under its former name.
 */
export const Reliability = z.object({ judged: z.int(), onTime: z.int() })
export type Reliability = z.infer<typeof Reliability>

/** A line as its supplier sees it by a link: no price, and nobody else's. */
export const SupplierLine = z.object({
  orderId: z.uuid(),
  /** the buyer's own number */
  number: z.string(),
  line: z.string(),
  substance: z.object({ cas: z.string(), name: z.string(), nameZh: z.string().nullable() }),
  quantity: z.number(),
  unit: z.string(),
  needBy: IsoInstant,
  stages: z.array(StageState),
  /** of stages that are the buyer's own */
  stageNames: z.record(z.string(), z.object({ name: z.string(), nameZh: z.string().nullable() })),
  /** the last stage of the plan that is done; null while none is */
  reached: z.string().nullable(),
  /** done weight over all weight, 0 to 1 */
  done: z.number(),
  /** what the supplier said last and has not taken back: what can be corrected */
  last: Milestone.nullable(),
})
export type SupplierLine = z.infer<typeof SupplierLine>

export const SupplierLines = z.object({
  buyer: z.object({ id: z.uuid(), name: z.string() }),
  supplier: z.object({ id: z.uuid(), name: z.string() }),
  reliability: Reliability,
  /** of the supplier with this buyer, as the buyer sees it */
  scorecard: Scorecard,
  items: z.array(SupplierLine),
  next: z.null(),
})
export type SupplierLines = z.infer<typeof SupplierLines>

export const SupplierMilestoneSaid = MilestoneSaid.extend({
  photo: z
    .string()
    .regex(/^data:image\/(jpeg|webp|png);base64,[A-Za-z0-9+/]+=*$/, 'a data: URL of a JPEG, WebP or PNG')
    .max(Math.ceil((MAX_PHOTO_BYTES * 4) / 3) + 40, 'at most 400 kB')
    .optional(),
})
export type SupplierMilestoneSaid = z.infer<typeof SupplierMilestoneSaid>

export const SupplierMilestoneKept = z.object({
  milestone: Milestone,
  line: SupplierLine,
  reliability: Reliability,
  /** what it did to the forecast of the line */
  forecast: ForecastMove,
})
export type SupplierMilestoneKept = z.infer<typeof SupplierMilestoneKept>
