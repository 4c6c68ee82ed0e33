import { z } from 'zod'
import { Instant, IsoInstant } from './instant.ts'
import { TokenScope } from './session.ts'

/** An API token ends after so long at the latest, days. */
export const TOKEN_DAYS = 400

export const ApiTokenCreate = z.object({
  name: z.string().trim().min(1).max(100).describe('which machine will hold it'),
  scope: TokenScope,
  expiresAt: Instant.describe(`at most ${TOKEN_DAYS} days from now`),
})

export const ApiToken = z.object({
  id: z.uuid(),
  name: z.string(),
  scope: TokenScope,
  createdBy: z.string().nullable(),
  createdAt: IsoInstant,
  expiresAt: IsoInstant,
  lastUsedAt: IsoInstant.nullable(),
  revokedAt: IsoInstant.nullable(),
})
export type ApiToken = z.infer<typeof ApiToken>

export const ApiTokenMade = ApiToken.extend({ token: z.string().describe('shown once') })
