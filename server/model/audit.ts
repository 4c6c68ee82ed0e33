import { z } from 'zod'
import { IsoInstant } from './instant.ts'

/** Who did something; `unknown` where it is not proven who it was, as at a sign-in that failed. */
export const Actor = z.strictObject({
  kind: z.enum(['person', 'token', 'share', 'supplier-link', 'unknown']),
  id: z.string().nullable(),
  name: z.string().nullable(),
})
export type Actor = z.infer<typeof Actor>

/** To what it was done. */
export const Subject = z.strictObject({ kind: z.string(), id: z.string(), name: z.string().optional() })
export type Subject = z.infer<typeof Subject>

/** Anything that JSON can say. Never a password, a secret or a token. */
export const Details = z.record(z.string(), z.unknown())
export type Details = z.infer<typeof Details>

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 hexadecimal digits')

/** One entry as the API shows it. */
export const AuditEntry = z.object({
  seq: z.int().min(1),
  at: IsoInstant,
  actor: Actor,
  from: z.string().describe('the address that it came from'),
  action: z.string(),
  subject: Subject,
  details: Details,
  hash: Hash,
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** One line of an export: all that is hashed, and both hashes. */
export const AuditLine = AuditEntry.extend({ org: z.uuid(), prevHash: Hash })
export type AuditLine = z.infer<typeof AuditLine>

/** Where a chain ends; `seq` 0 and 64 zeros before its first entry. */
export const AuditHead = z.object({ seq: z.int().min(0), hash: Hash, at: IsoInstant.nullable() })
export type AuditHead = z.infer<typeof AuditHead>

/** A head as it is published: a line of AUDIT_HEADS_FILE. */
export const PublishedHead = AuditHead.extend({ org: z.uuid() })
export type PublishedHead = z.infer<typeof PublishedHead>
