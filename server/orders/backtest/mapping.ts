import { z } from 'zod'

/** One column, or several that count together ("Vendor" in "Country"). */
const Factor = z.union([z.string(), z.array(z.string()).min(1)])

/** Which columns of a history say what. */
export const Mapping = z
  .object({
    /** a row is a whole order, or a stage of one, where the remaining time after each stage is forecast */
    rows: z.enum(['orders', 'stages']).default('orders'),
    order: z.string().optional().describe('what the rows of one order share; needed for stages'),
    stage: z.string().optional(),
    from: z.string(),
    to: z.string(),
    promise: z.string().optional(),
    supplier: z.string().optional().describe('who promises'),
    factors: z.array(Factor).default([]),
    numbers: z.array(z.string()).default([]).describe('amounts, told apart by their order of magnitude'),
    teach: z.int().nonnegative().default(200).describe('so many completed orders only teach'),
    halfLifeDays: z
      .number()
      .positive()
      .default(720)
      .describe('after so long what a supplier did with a promise counts half'),
    shrink: z
      .number()
      .positive()
      .default(30)
      .describe('orders after which a level (a supplier, a country) is believed half'),
  })
  .refine(({ rows, order, stage }) => rows === 'orders' || (order !== undefined && stage !== undefined), {
    error: 'rows that are stages need the columns of their order and stage',
    path: ['order'],
  })
export type Mapping = z.infer<typeof Mapping>

/** Every column that it names, so that one that is missing is found before anything is made of the rest. */
export const columnsOf = ({ order, stage, from, to, promise, supplier, factors, numbers }: Mapping): string[] => [
  ...new Set(
    [order, stage, from, to, promise, supplier, ...factors.flat(), ...numbers].filter((one) => one !== undefined),
  ),
]
