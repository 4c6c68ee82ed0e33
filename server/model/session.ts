import { z } from 'zod'
import { IsoInstant } from './instant.ts'

export const SignIn = z.object({ email: z.email().max(254), password: z.string().min(1).max(1024) })

export const User = z.object({
  id: z.uuid(),
  kind: z.enum(['person', 'token', 'share', 'supplier-link']),
  email: z.string().nullable(),
  name: z.string(),
  role: z.enum(['viewer', 'member', 'admin']),
  organisation: z.object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['buyer', 'supplier', 'carrier', 'operator']),
  }),
  /** the only shipment that a share link shows; null for everybody else */
  shipmentId: z.uuid().nullable(),
})
export type User = z.infer<typeof User>

/**
 * What an API token may do: `read` what a viewer may, `write` what a member may, `telemetry` only POST /telemetry for its
 * organisation's devices, `milestones` only post production stages (also over MQTT).
 */
export const TokenScope = z.enum(['read', 'write', 'telemetry', 'milestones'])
export type TokenScope = z.infer<typeof TokenScope>

/** `csrfToken` goes into the header `x-csrf-token` of every request that changes something. */
export const Session = z.object({ user: User, csrfToken: z.string(), expiresAt: IsoInstant })
export type Session = z.infer<typeof Session>
