/** What the parts say: an object of facts, then a sentence. Pino's shape, so that `main` hands in the real one. */
type Say = (facts: Record<string, unknown>, sentence: string) => void
export type Logger = { debug: Say; info: Say; warn: Say; error: Say }
