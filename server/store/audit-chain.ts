import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { AuditLine } from '../model/audit.ts'

// its types describe an ES module, which it is not
const canonicalize: (value: unknown) => string | undefined = createRequire(import.meta.url)('canonicalize')

/** What stands before the first entry of every chain. */
export const NO_HASH = '0'.repeat(64)

/** All of an entry that its hash vouches for, under the names and in the form that an export has. */
export type Hashed = Omit<AuditLine, 'hash' | 'prevHash'>

/**
 * SHA-256 over the 32 bytes of the hash before and the UTF-8 of the entry's canonical JSON (RFC 8785) with the keys
 * `action actor at details from org seq subject`; in hexadecimal.
 */
export const entryHash = (prevHash: string, entry: Hashed): string => {
  const { org, seq, at, actor, from, action, subject, details } = entry
  const text = canonicalize({ org, seq, at, actor, from, action, subject, details })
  if (text === undefined) throw new Error('an entry of the audit has no canonical form')
  return createHash('sha256').update(prevHash, 'hex').update(text, 'utf8').digest('hex')
}
