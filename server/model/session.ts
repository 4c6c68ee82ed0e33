import { z } from 'zod'

export const SignIn = z.object({ email: z.email().max(254), password: z.string().min(1).max(1024) })

export const User = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(['viewer', 'member', 'admin']),
  organisation: z.object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['buyer', 'supplier', 'carrier', 'operator']),
  }),
})
export type User = z.infer<typeof User>

/** `csrfToken` goes into the header `x-csrf-token` of every request that changes something. */
export const Session = z.object({ user: User, csrfToken: z.string() })
export type Session = z.infer<typeof Session>
