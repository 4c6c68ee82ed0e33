import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'
import type { Health } from './store/health.ts'

/** What `/metrics` tells: the way in, and what waits inside. */
export const createMeters = (registry: Registry) => {
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const readings = new Counter({
    name: 'zaitu_readings_total',
    help: 'Readings committed, duplicates included',
    registers,
  })
  const letters = new Counter({
    name: 'zaitu_dead_letters_total',
    help: 'Parts of messages that became dead letters',
    registers,
  })
  const batches = new Histogram({
    name: 'zaitu_batch_seconds',
    help: 'From taking up a batch to its acknowledgement',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  const ages = new Histogram({
    name: 'zaitu_acknowledgement_age_seconds',
    help: 'From receiving the oldest message of a batch to its acknowledgement',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  })
  const notified = new Counter({
    name: 'zaitu_notifications_total',
    help: 'Tries to send a notification, by kind of channel and what became of it',
    labelNames: ['channel', 'outcome'],
    registers,
  })
  return {
    notified: (channel: string, outcome: { ok: true } | { ok: false; problem: string }): void => {
      notified.inc({ channel, outcome: outcome.ok ? 'sent' : outcome.problem })
    },
    batch: (facts: { readings: number; letters: number; ms: number; oldestMs: number }): void => {
      readings.inc(facts.readings)
      letters.inc(facts.letters)
      batches.observe(facts.ms / 1000)
      ages.observe(facts.oldestMs / 1000)
    },
    watch: (parts: {
      waiting(): number
      lagMs(): number
      connected(): boolean
      /** null where there is none */
      redis(): boolean | null
      clients(): number
      health(): Promise<Health>
    }): void => {
      const gauge = (name: string, help: string, read: () => number | null | Promise<number | null>): void => {
        new Gauge({
          name: `zaitu_${name}`,
          help,
          registers,
          async collect() {
            this.set((await read()) ?? Number.NaN)
          },
        })
      }
      const health = remembered(parts.health)
      const ofHealth = (part: (health: Health) => number) => async () => {
        const now = await health()
        return now === null ? null : part(now)
      }
      gauge('waiting_readings', 'Readings received and not yet committed', parts.waiting)
      gauge(
        'oldest_waiting_seconds',
        'How long the oldest message that is not committed has waited',
        () => parts.lagMs() / 1000,
      )
      gauge('broker_connected', '1 while the broker is in reach', () => (parts.connected() ? 1 : 0))
      gauge('redis_connected', '1 while Redis is in reach; nothing where there is none', () => {
        const connected = parts.redis()
        return connected === null ? null : Number(connected)
      })
      gauge('live_clients', 'WebSocket clients of this server', parts.clients)
      gauge('database_up', '1 while the database answers', async () => ((await health()) === null ? 0 : 1))
      gauge(
        'outbox_waiting',
        'Events that have not been routed to channels yet',
        ofHealth((now) => now.outboxWaiting),
      )
      gauge(
        'notifications_waiting',
        'Notifications that have not arrived yet',
        ofHealth((now) => now.notificationsWaiting),
      )
      gauge(
        'notifications_failing',
        'Those of them that were tried in vain',
        ofHealth((now) => now.notificationsFailing),
      )
      gauge(
        'notifications_dead',
        'Notifications that were given up and nobody has sent again',
        ofHealth((now) => now.notificationsDead),
      )
      gauge(
        'channels_failing',
        'Channels whose last message did not arrive',
        ofHealth((now) => now.channelsFailing),
      )
      gauge(
        'outbox_oldest_seconds',
        'How long the oldest one that is due has waited',
        ofHealth((now) => now.outboxOldestSeconds),
      )
      gauge(
        'refolds_waiting',
        'Streams that wait to be folded again',
        ofHealth((now) => now.refoldsWaiting),
      )
      gauge(
        'alarms_active',
        'Alarms whose condition holds',
        ofHealth((now) => now.alarmsActive),
      )
      gauge(
        'roll_up_lag_seconds',
        'How far roll-ups are behind the clock',
        ofHealth((now) => now.rollUpLagSeconds),
      )
      gauge(
        'database_bytes',
        'Size of the database',
        ofHealth((now) => now.databaseBytes),
      )
    },
  }
}

/** Asked once for all gauges of a scrape, and no oftener than this however often somebody scrapes. */
const HEALTH_MS = 5_000

/** The last answer while it is young; null while there is none, because the database is away. */
const remembered = (ask: () => Promise<Health>): (() => Promise<Health | null>) => {
  let answer: Promise<Health | null> = Promise.resolve(null)
  let at = Number.NEGATIVE_INFINITY
  return () => {
    const now = Date.now()
    if (now - at < HEALTH_MS) return answer
    at = now
    answer = ask().catch(() => null)
    return answer
  }
}
