import { z } from 'zod'

/** The years 1 to 9999: what ISO 8601 writes with four digits, so that every moment we take can be written out again. */
const Moment = z.int().min(Date.parse('0001-01-01T00:00:00Z')).max(Date.parse('9999-12-31T23:59:59.999Z'))

const isoInstant = z.iso
  .datetime({ offset: true, message: 'not an ISO 8601 time with an offset, such as 2026-05-01T08:00:00Z' })
  .transform((text) => Date.parse(text))
  .pipe(Moment)

const SENTENCE = 'time must be ISO 8601 with an offset (2026-05-01T08:00:00Z) or whole epoch milliseconds'

/** A moment: ISO 8601 with offset, or epoch milliseconds. Parsed to epoch milliseconds. */
export const Instant = z.union([Moment, isoInstant], SENTENCE)

/** A moment in a query string, where a number comes as text. */
export const QueryInstant = z.union(
  [
    z
      .string()
      .regex(/^-?\d{1,16}$/)
      .transform(Number)
      .pipe(Moment),
    isoInstant,
  ],
  SENTENCE,
)

/** A moment on its way out: ISO 8601 in UTC. */
export const IsoInstant = z.iso.datetime({ offset: true })

/** Epoch milliseconds to ISO 8601 in UTC, as every body we send writes it. */
export const toIso = (epochMs: number): string => new Date(epochMs).toISOString()
