import { z } from 'zod'
import { Instant, IsoInstant } from './instant.ts'

/** The longest that a link may last. */
export const LONGEST_SHARE_MS = 30 * 86_400_000

export const ShareLinkCreate = z.object({
  shipmentId: z.uuid(),
  expiresAt: Instant.describe('at most 30 days from now'),
  note: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .optional()
    .describe('for whom or what; the holder of the link does not see it'),
})

/** A link as its organisation sees it; the link itself is shown once, when it is made. */
export const ShareLink = z.object({
  id: z.uuid(),
  shipmentId: z.uuid(),
  note: z.string().nullable(),
  /** who made it; null where an API token did */
  createdBy: z.string().nullable(),
  createdAt: IsoInstant,
  expiresAt: IsoInstant,
  withdrawnAt: IsoInstant.nullable(),
  /** how often it was opened, an hour of looking counting as one more */
  uses: z.int(),
  lastUsedAt: IsoInstant.nullable(),
})
export type ShareLink = z.infer<typeof ShareLink>

export const ShareLinkMade = ShareLink.extend({ link: z.string() })
export type ShareLinkMade = z.infer<typeof ShareLinkMade>

export const ShareUse = z.object({ at: IsoInstant, from: z.string().nullable(), agent: z.string().nullable() })
export type ShareUse = z.infer<typeof ShareUse>

export const ShareOpen = z.object({ token: z.string().min(1).max(200) })
