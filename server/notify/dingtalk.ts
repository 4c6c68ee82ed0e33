import { createHmac } from 'node:crypto'
import type { Problem } from '../model/notification.ts'
import type { Send } from './channel.ts'
import type { Post } from './post.ts'
import { cutBytes, judgeRobot, mark } from './robot.ts'

/** 20 messages a minute; whoever sends more is shut out for 10. */
const WAIT_MS = 10 * 60_000
/** 20,000 bytes is what it takes. */
const MOST_BYTES = 18_000

const problemOf = (code: number, text: string): Problem => {
  if (code === 130101 || code === 410100 || code === 660026) return 'rate'
  if (code === 300001) return 'gone'
  if (code === 310000) return /key ?word|关键词/i.test(text) ? 'keyword' : 'signature'
  return 'rejected'
}

/** The signature of DingTalk's robots: HMAC-SHA256 of `timestamp\nsecret` (ms), keyed with the secret. */
export const signDingTalk = (secret: string, timestampMs: number): string =>
  createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64')

export const createDingTalk =
  (post: Post): Send =>
  async ({ secret }, message, key) => {
    if (secret.url === undefined) return { ok: false, problem: 'broken', detail: 'the channel has no address' }
    const url = new URL(secret.url)
    if (secret.key !== undefined) {
      const now = Date.now()
      url.searchParams.set('timestamp', String(now))
      url.searchParams.set('sign', signDingTalk(secret.key, now))
    }
    const link = message.link === null ? '' : `\n\n[${message.link.text}](${message.link.url})`
    const text = `### ${message.title}\n\n${cutBytes(message.lines.join('\n\n'), MOST_BYTES)}${link}\n\n${mark(key)}`
    const posted = await post(
      url.href,
      JSON.stringify({ msgtype: 'markdown', markdown: { title: message.title, text } }),
    )
    return posted.ok ? judgeRobot(posted.answer, problemOf, WAIT_MS) : posted
  }
