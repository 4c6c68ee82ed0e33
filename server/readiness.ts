import { setTimeout as sleep } from 'node:timers/promises'
import type { Readiness } from './routes/dependencies.ts'

/** Longer than this for `select 1` is as good as no answer. */
const DATABASE_MS = 2_000
/** What has waited longer than this to be committed is stuck, not busy. */
const LAG_MS = 30_000

/**
 * Whether this server can do its work at this moment, each part asked anew: the database answers, the broker is in reach,
 * what came in is being committed, and it is not about to stop. Without Redis it can: it is named, and takes nobody away.
 */
export const createReadiness = ({
  askDatabase,
  brokerConnected,
  lagMs,
  redisConnected,
  stopping,
}: {
  askDatabase(): Promise<unknown>
  brokerConnected(): boolean
  lagMs(): number
  /** null where there is none */
  redisConnected(): boolean | null
  stopping(): boolean
}) => {
  const database = async (): Promise<{ ok: boolean; reason?: string }> => {
    const late = new AbortController()
    try {
      return await Promise.race([
        askDatabase().then(
          () => ({ ok: true }),
          (error: unknown) => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
        ),
        sleep(DATABASE_MS, { ok: false, reason: `no answer within ${DATABASE_MS} ms` }, { signal: late.signal }),
      ])
    } finally {
      late.abort()
    }
  }
  return async (): Promise<Readiness> => {
    const lag = lagMs()
    const checks: Readiness['checks'] = {
      database: await database(),
      broker: brokerConnected() ? { ok: true } : { ok: false, reason: 'the MQTT broker is out of reach' },
      intake:
        lag <= LAG_MS
          ? { ok: true }
          : { ok: false, reason: `the oldest message has waited ${Math.round(lag / 1000)} s to be committed` },
      ...(stopping() && { server: { ok: false, reason: 'it is stopping' } }),
    }
    const ok = Object.values(checks).every((check) => check.ok)
    const redis = redisConnected()
    if (redis !== null)
      checks.redis = redis
        ? { ok: true }
        : { ok: false, reason: 'Redis is out of reach: clients of other servers see later what this one takes in' }
    return { ok, checks }
  }
}
