import { z } from 'zod'
import { QueryInstant } from './instant.ts'

const column = z.array(z.number().nullable())
const measure = z.object({ min: column, max: column, mean: column })

/**
 * A chart in columns, x ascending: `time` is the start of each bucket in epoch seconds (its own reading's time where
 * `resolution` is `raw`), every other column has the same length, and a bucket without a value is null (a gap).
 */
export const Chart = z.object({
  resolution: z.enum(['raw', '1m', '1h']).describe('what it was read from'),
  bucketSeconds: z.number().describe('width of a bucket; 0 where every point is a single reading'),
  time: z.array(z.number()),
  temperature: measure,
  pressure: measure,
  level: measure,
  ambient: measure,
  coverage: z
    .number()
    .describe(
      'fraction of the asked range that readings cover, 0 to 1; a reading holds for at most three reporting intervals',
    ),
  late: z
    .array(z.tuple([z.number(), z.number()]))
    .describe(
      'stretches, epoch seconds, whose readings came more than three reporting intervals after they were taken',
    ),
})
export type Chart = z.infer<typeof Chart>

export const RangeQuery = z.object({
  from: QueryInstant,
  to: QueryInstant,
  points: z.coerce.number().int().min(2).max(10_000).default(1_500),
})

export const Track = z.object({
  time: z.array(z.number()).describe('epoch seconds'),
  lat: z.array(z.number()),
  lon: z.array(z.number()),
})
export type Track = z.infer<typeof Track>
