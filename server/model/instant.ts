import { z } from 'zod'

/** Largest epoch milliseconds that a Date can hold (ECMA-262, 21.4.1.1). */
const MAX_EPOCH_MS = 8.64e15

const isoInstant = z.iso.datetime({
  offset: true,
  message: 'not an ISO 8601 time with an offset, such as 2026-05-01T08:00:00Z',
})

/** A moment: ISO 8601 with offset, or epoch milliseconds. Parsed to epoch milliseconds. */
export const Instant = z.union(
  [z.int().min(-MAX_EPOCH_MS).max(MAX_EPOCH_MS), isoInstant.transform((text) => Date.parse(text))],
  'time must be ISO 8601 with an offset (2026-05-01T08:00:00Z) or whole epoch milliseconds',
)

/** A moment in a query string, where a number comes as text. */
export const QueryInstant = z.union(
  [
    z
      .string()
      .regex(/^-?\d{1,16}$/)
      .transform(Number)
      .pipe(z.int().min(-MAX_EPOCH_MS).max(MAX_EPOCH_MS)),
    isoInstant.transform((text) => Date.parse(text)),
  ],
  'time must be ISO 8601 with an offset (2026-05-01T08:00:00Z) or whole epoch milliseconds',
)

/** A moment on its way out: ISO 8601 in UTC. */
export const IsoInstant = z.iso.datetime({ offset: true })

/** Epoch milliseconds to ISO 8601 in UTC, as every body we send writes it. */
export const toIso = (epochMs: number): string => new Date(epochMs).toISOString()
