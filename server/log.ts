/** What the parts say: an object of facts, then a sentence. Pino's shape, so that `main` hands in the real one. */
type Say = (facts: Record<string, unknown>, sentence: string) => void
export type Logger = {
  debug: Say
  info: Say
  warn: Say
  error: Say
  /** whether it is worth working out what would be said */
  isLevelEnabled?(level: string): boolean
}

const SECRETS = [
  'password',
  'current',
  'secret',
  'token',
  'csrfToken',
  'link',
  'authorization',
  'cookie',
  '["set-cookie"]',
]

/**
 * What pino strikes out, should anybody ever log it, one and two levels deep: the second wall. The first is that nobody
 * logs a request, an answer or their headers.
 */
export const REDACTED: string[] = SECRETS.flatMap((name) => {
  const below = name.startsWith('[') ? name : `.${name}`
  return [name, `*${below}`, `*.*${below}`]
})
