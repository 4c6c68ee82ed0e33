import type { Config } from './config.ts'
import type { Logger } from './log.ts'
import type { ChannelKind, ChannelTested } from './model/notification.ts'
import type { Outcome } from './notify/channel.ts'
import { createDispatcher } from './notify/dispatcher.ts'
import type { MailServer } from './notify/email.ts'
import { testMessage } from './notify/message.ts'
import { route } from './notify/routing.ts'
import { createSend } from './notify/send.ts'
import {
  beginMessage,
  claimChannels,
  escalateAlarms,
  forgoChannels,
  readTarget,
  releaseChannel,
  settleMessage,
  takeDue,
} from './store/deliveries.ts'
import type { Pool } from './store/pool.ts'
import { routeEvents } from './store/routing.ts'

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
/** Between one try and the next; after the last of them a notification is given up: 17 hours after the first. */
export const DELAYS_MS = [
  5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 9 * HOUR,
] // biome-ignore format: a list
const ESCALATE_EVERY_MS = 5_000

export type Notifications = {
  /** Sends a test over a channel now; null where the organisation has no such channel. */
  test(orgId: string, channelId: string): Promise<ChannelTested | null>
  hasMailServer: boolean
  stop(): Promise<void>
}

/** The mail server that the settings name, or null. */
export const mailServerOf = (config: Config): MailServer | null => {
  const { SMTP_HOST: host, SMTP_PORT, SMTP_SECURITY: security, SMTP_USERNAME, SMTP_PASSWORD, SMTP_FROM } = config
  if (host === undefined) return null
  return {
    host,
    port: SMTP_PORT ?? (security === 'tls' ? 465 : 587),
    security,
    username: SMTP_USERNAME,
    password: SMTP_PASSWORD,
    from: SMTP_FROM ?? `Zaitu <zaitu@${host}>`,
  }
}

/** Tells people over their channels what the outbox holds, and takes the steps of escalations. `pool` acts as zaitu_ingest. */
export const createNotifications = ({
  pool,
  config,
  log,
  observe,
  delaysMs = DELAYS_MS,
  everyMs,
}: {
  pool: Pool
  config: Config
  log: Logger
  observe?: (kind: ChannelKind, outcome: Outcome) => void
  delaysMs?: readonly number[]
  /** how often it looks for what is due */
  everyMs?: number
}): Notifications => {
  const mail = mailServerOf(config)
  const send = createSend({ mail, privateAddresses: config.NOTIFY_PRIVATE_ADDRESSES })
  const dispatcher = createDispatcher({
    route: (most) => routeEvents(pool, route, most),
    forgo: (talking) => forgoChannels(pool, talking),
    claim: (most) => claimChannels(pool, most),
    take: (channelId) => takeDue(pool, channelId),
    begin: ({ leadId, ids }) => beginMessage(pool, leadId, ids),
    settle: (channelId, { ids }, outcome) => settleMessage(pool, { channelId, ids, outcome, delaysMs }),
    release: (channelId, ms) => releaseChannel(pool, channelId, ms),
    send,
    publicUrl: config.PUBLIC_URL,
    log,
    ...(observe !== undefined && { observe }),
    ...(everyMs !== undefined && { everyMs }),
  })

  let escalating: Promise<unknown> | null = null
  const timer = setInterval(
    () => {
      escalating ??= escalateAlarms(pool)
        .catch((error) =>
          log.debug(
            { error: error instanceof Error ? error.message : String(error) },
            'escalations come a little later',
          ),
        )
        .finally(() => {
          escalating = null
        })
    },
    Math.min(ESCALATE_EVERY_MS, 5 * (everyMs ?? ESCALATE_EVERY_MS)),
  )

  return {
    hasMailServer: mail !== null,
    test: async (orgId, channelId) => {
      const target = await readTarget(pool, orgId, channelId)
      if (target === null) return null
      const origin = (config.PUBLIC_URL ?? target.origin).replace(/\/+$/, '')
      const message = testMessage(target.language, origin, new Date().toISOString())
      const outcome = await send(target, message, crypto.randomUUID())
      if (outcome.ok) return { ok: true, problem: null, detail: outcome.warning ?? null }
      return { ok: false, problem: outcome.problem, detail: outcome.detail }
    },
    stop: async () => {
      clearInterval(timer)
      await escalating
      await dispatcher.stop()
    },
  }
}
