/** The same number as the server's (a test compares them: importing the schema would pull in zod). */
export const PASSWORD_LEAST = 10
/** Characters that have to be left when one's own name and address are taken out. */
const LEAST_OWN = 6

export type PasswordRule = 'length' | 'own'

/**
 * Which rules a password keeps, as far as the page can tell while it is typed; the server knows the commonly used ones
 * too. Length is what counts (NIST SP 800-63B, 5.1.1.2): no digits or signs are demanded.
 */
export const passwordRules = (password: string, whose: readonly (string | null)[]): Record<PasswordRule, boolean> => {
  const theirs = whose
    .flatMap((text) => (text ?? '').toLowerCase().split(/[@.+_\-\s]+/))
    .filter((part) => part.length > 2)
    .sort((one, other) => other.length - one.length)
  let left = password.toLowerCase()
  for (const part of theirs) left = left.replaceAll(part, '')
  return {
    length: [...password].length >= PASSWORD_LEAST,
    // one sign many times over is one sign
    own: [...left.replace(/(.)\1+/gu, '$1')].length >= LEAST_OWN,
  }
}
