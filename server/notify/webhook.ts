import { Webhook } from 'standardwebhooks'
import type { Send } from './channel.ts'
import type { Facts } from './facts.ts'
import type { Message } from './message.ts'
import { type Post, statusProblem } from './post.ts'

const item = ({ id, kind, priority, createdAt, alarm, together, shipment, position, minutes, event }: Facts) => ({
  id,
  kind,
  priority,
  createdAt,
  alarm,
  ...(together.length > 1 && { together }),
  shipment,
  position,
  ...(minutes !== null && { minutes }),
  ...(event.text !== undefined && { text: event.text }),
})

/** The body: `type` is what happened, or `summary` for several, or `test`. */
const bodyOf = (message: Message): string => {
  const [first, ...others] = message.items
  const type = first === undefined ? 'test' : others.length === 0 ? first.kind : 'summary'
  const { title, lines, link, priority, items, at } = message
  return JSON.stringify({
    type,
    timestamp: at,
    data: { title, text: lines.join('\n'), priority, link: link?.url ?? null, items: items.map(item) },
  })
}

/**
 * Standard Webhooks: `webhook-id` is the same however often it is sent, `webhook-timestamp` is of this time (receivers take
 * 5 minutes), and while a secret is being changed there is a signature by each. Any 2xx is an arrival.
 */
export const createWebhook =
  (post: Post): Send =>
  async ({ secret }, message, key) => {
    if (secret.url === undefined || secret.key === undefined)
      return { ok: false, problem: 'broken', detail: 'the channel has no address or no secret' }
    const now = new Date()
    const body = bodyOf(message)
    const old = secret.oldKeyUntil !== undefined && secret.oldKeyUntil > now.getTime() ? secret.oldKey : undefined
    const signatures = [secret.key, old].flatMap((one) =>
      one === undefined ? [] : new Webhook(one).sign(key, now, body),
    )
    const posted = await post(secret.url, body, {
      'webhook-id': key,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    })
    if (!posted.ok) return posted
    return statusProblem(posted.answer) ?? { ok: true }
  }
