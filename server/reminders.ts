import type { Logger } from './log.ts'
import { createEmail, type MailServer } from './notify/email.ts'
import { dayThere, isDaytime } from './orders/reminder.ts'
import type { Pool } from './store/pool.ts'
import { claimSupplierMails, remindSuppliers, settleSupplierMail } from './store/supplier-reminders.ts'

const EVERY_MS = 60_000
const MAILS_AT_ONCE = 20

/**
 * Reminds suppliers of stages that are due, at most once a day each and in their daytime. `origin`: where people reach
 * us; without it mails hold no address, and the link that the supplier has is what opens the page. `pool` acts as
 * zaitu_ingest.
 */
export const createReminders = ({
  pool,
  mail,
  origin,
  log,
}: {
  pool: Pool
  mail: MailServer | null
  origin: string | undefined
  log: Logger
}) => {
  const send = createEmail(mail)
  const page = origin === undefined ? null : `${origin.replace(/\/+$/, '')}/supplier`

  const sendMails = async (): Promise<void> => {
    if (mail === null) return
    for (const { id, email, title, lines } of await claimSupplierMails(pool, MAILS_AT_ONCE)) {
      const target = {
        id, kind: 'email' as const, name: email, language: 'zh' as const, origin: origin ?? '', perMinute: 60, secret: { to: [email] },
      } // biome-ignore format: its fields
      const link = page === null ? null : { text: '打开 Open', url: page }
      const message = { title, lines, link, priority: 'low' as const, items: [], at: new Date().toISOString() }
      const outcome = await send(target, message, id)
      await settleSupplierMail(pool, id, outcome.ok ? null : outcome.detail)
      if (!outcome.ok) log.warn({ problem: outcome.problem, detail: outcome.detail }, 'a reminder did not go by mail')
    }
  }

  /** One look at a given time, epoch ms; how many suppliers were reminded. */
  const look = async (now: number): Promise<number> => {
    const reminded = isDaytime(now) ? await remindSuppliers(pool, dayThere(now), now) : 0
    if (reminded > 0) log.info({ suppliers: reminded }, 'suppliers were reminded')
    await sendMails()
    return reminded
  }
  let running: Promise<unknown> | null = null
  const timer = setInterval(() => {
    running ??= look(Date.now())
      .catch((error) =>
        log.debug({ error: error instanceof Error ? error.message : String(error) }, 'reminders come a little later'),
      )
      .finally(() => {
        running = null
      })
  }, EVERY_MS)

  return {
    look,
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await running
    },
  }
}
