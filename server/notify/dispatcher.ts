import type { Logger } from '../log.ts'

/** What leaves the house: `key` stays the same however often it is sent, so that a receiver can tell. */
export type Notification = { id: string; kind: string; key: string; payload: unknown }

/** Where notifications go. Rejects with a sentence when it could not be delivered. */
export type Channel = { name: string; send(notification: Notification): Promise<void> }

type Deps = {
  claim(most: number): Promise<Notification[]>
  sent(id: string): Promise<void>
  failed(id: string, reason: string): Promise<void>
  channels: readonly Channel[]
  log: Logger
}

const EVERY_MS = 1_000

/** Takes notifications out of the outbox and sends each over every channel, at least once. */
export const createDispatcher = ({ claim, sent, failed, channels, log }: Deps) => {
  let running: Promise<void> | null = null

  const dispatch = async (): Promise<void> => {
    for (const notification of await claim(100)) {
      try {
        for (const channel of channels) await channel.send(notification)
        await sent(notification.id)
      } catch (error) {
        await failed(notification.id, error instanceof Error ? error.message : String(error))
      }
    }
  }
  const timer = setInterval(() => {
    running ??= dispatch()
      .catch((error) =>
        log.debug(
          { error: error instanceof Error ? error.message : String(error) },
          'notifications wait for the database',
        ),
      )
      .finally(() => {
        running = null
      })
  }, EVERY_MS)

  return {
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await running
    },
  }
}

/** The channel that is always there: the server's own log. */
export const logChannel = (log: Logger): Channel => ({
  name: 'log',
  send: async ({ kind, key, payload }) => log.info({ kind, key, alarm: payload }, 'notification'),
})
