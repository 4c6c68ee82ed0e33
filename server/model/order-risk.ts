import { z } from 'zod'
import { IsoInstant } from './instant.ts'
import { Lot } from './milestone.ts'

/** A share, and of how many; null where there are none. */
const share = z.number().nullable().describe('0 to 1; null where there is nothing to judge')

/** How a supplier has done over a year; a day late counts as in time. */
export const Scorecard = z.object({
  supplierId: z.uuid(),
  lines: z.int().describe('not cancelled, with you'),
  onTime: z.object({ share, of: z.int().describe('lines that arrived') }).describe('by need-by'),
  estimates: z
    .object({
      share,
      of: z.int(),
      medianDaysOff: z.number().nullable().describe('done after the date said, days; negative: before it'),
    })
    .describe('of dates that it said for stages which are done, how many were kept'),
  silence: z.object({
    medianDays: z.number().nullable().describe('between two of its words on a line, days'),
    openSilent: z.int().describe('open lines of which nothing was heard for two weeks'),
  }),
})
export type Scorecard = z.infer<typeof Scorecard>

export const WhatIf = z.object({
  supplierId: z.uuid(),
  lot: Lot.optional().describe('of that supplier: only the lines of this lot slip'),
  days: z.number().min(-60).max(365).describe('by which what has not left it yet comes later'),
})

const expected = z.object({
  p10: IsoInstant.nullable(),
  p50: IsoInstant.nullable(),
  p90: IsoInstant.nullable(),
  probabilityLate: z.number().nullable(),
})
/** `turns`: what it becomes and was not: red, need-by is more likely missed than not; amber, from one chance in five on. */
export const WhatIfLine = z.object({
  orderId: z.uuid(),
  line: z.string(),
  number: z.string(),
  needBy: IsoInstant,
  /** what is made of one lot slips together */
  lot: z.string().nullable(),
  before: expected,
  after: expected,
  turns: z.enum(['red', 'amber']).nullable(),
})
export type WhatIfLine = z.infer<typeof WhatIfLine>
