/** Most addresses, and most devices that were let in, that are remembered; beyond it the oldest are forgotten. */
const MOST_REMEMBERED = 50_000

export type FailureLimits = {
  /** failed sign-ins of one client id from one address in a window */
  perClient: number
  /** failed sign-ins from one address in a window, whatever the client id */
  perAddress: number
  windowMs: number
}
/** Many devices share an address (a carrier's NAT), and one with a wrong secret tries every few seconds. */
export const FAILURE_LIMITS: FailureLimits = { perClient: 30, perAddress: 600, windowMs: 60_000 }

export type Failures = {
  /** true while this client id is not judged any more when it comes from this address */
  tooMany(address: string, clientId: string): boolean
  /** Counts a failure; true for the one that reaches the limit. */
  failed(address: string, clientId: string): boolean
  /** It was let in: from this address it is judged from now on whatever others there do, so nobody can lock it out. */
  succeeded(address: string, clientId: string): void
}

const keep = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next().value
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest)
}

/** Counts failed sign-ins, so that guessing costs neither questions to the database nor lines in the log. */
export const countFailures = (limits: FailureLimits = FAILURE_LIMITS, now: () => number = Date.now): Failures => {
  const counts = new Map<string, { count: number; until: number }>()
  const letIn = new Map<string, true>()
  const current = (key: string): number => {
    const known = counts.get(key)
    return known !== undefined && known.until > now() ? known.count : 0
  }
  const count = (key: string): number => {
    const known = counts.get(key)
    const running = known !== undefined && known.until > now()
    const next = running ? { count: known.count + 1, until: known.until } : { count: 1, until: now() + limits.windowMs }
    keep(counts, key, next)
    return next.count
  }
  const both = (address: string, clientId: string) => `${address} ${clientId}`

  return {
    tooMany: (address, clientId) =>
      !letIn.has(both(address, clientId)) &&
      (current(address) >= limits.perAddress || current(both(address, clientId)) >= limits.perClient),
    failed: (address, clientId) => {
      const ofClient = count(both(address, clientId))
      return count(address) === limits.perAddress || ofClient === limits.perClient
    },
    succeeded: (address, clientId) => keep(letIn, both(address, clientId), true),
  }
}
