import { z } from 'zod'
import { IsoInstant } from './instant.ts'
import { User } from './session.ts'

const Name = z.string().trim().min(1).max(200)
const Email = z.email().max(254).toLowerCase()
const Role = User.shape.role
/** Rules beyond its length are in model/password.ts, which can say what is wrong. */
export const NewPassword = z.string().min(10, 'a password has at least 10 characters').max(1024)
/** 32 bytes as base64url: what stands behind the # of a link. */
const LinkToken = z.string().min(1).max(200)

export const Organisation = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: User.shape.organisation.shape.kind,
  self: z.boolean().describe('your own'),
  hasPeople: z.boolean().describe('somebody of it can sign in'),
})
export type Organisation = z.infer<typeof Organisation>
export const OrganisationCreate = z.object({ name: Name, kind: Organisation.shape.kind })

export const Person = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: Role,
  disabled: z.boolean(),
  lastSeenAt: IsoInstant.nullable(),
})
export type Person = z.infer<typeof Person>
export const PersonPatch = z
  .object({ name: Name.optional(), role: Role.optional(), disabled: z.boolean().optional() })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), 'say what to change')
export type PersonPatch = z.infer<typeof PersonPatch>

export const PersonInvite = z.object({
  email: Email,
  name: Name,
  role: Role,
  organisationId: z
    .uuid()
    .optional()
    .describe('an organisation that you added and that has nobody yet: its first admin'),
})
export const Link = z.object({ link: z.url().describe('shown once'), expiresAt: IsoInstant })
export const InvitationMade = Link.extend({ id: z.uuid() })

export const Purpose = z.enum(['invitation', 'reset'])
export const Invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: Role,
  organisation: User.shape.organisation,
  expiresAt: IsoInstant,
  purpose: Purpose,
})
export type Invitation = z.infer<typeof Invitation>

export const InvitationLook = z.object({ token: LinkToken })
export const InvitationSeen = z.object({
  email: z.string(),
  name: z.string(),
  organisation: z.string(),
  purpose: Purpose,
})
export const InvitationUse = z.object({ token: LinkToken, name: Name.optional(), password: NewPassword })

export const PasswordChange = z.object({ current: z.string().min(1).max(1024), password: NewPassword })

export const SessionEntry = z.object({
  id: z.uuid(),
  createdAt: IsoInstant,
  lastSeenAt: IsoInstant,
  from: z.string().nullable().describe('address that it was opened from'),
  agent: z.string().nullable().describe('what the browser called itself'),
  current: z.boolean(),
})
export type SessionEntry = z.infer<typeof SessionEntry>

export const Provider = z.object({ id: z.string(), name: z.string() })
