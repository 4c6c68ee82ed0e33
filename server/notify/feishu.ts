import { createHmac } from 'node:crypto'
import type { Problem } from '../model/notification.ts'
import type { Send } from './channel.ts'
import type { Post } from './post.ts'
import { cutBytes, judgeRobot, mark } from './robot.ts'

/** 100 messages a minute, 5 a second. */
const WAIT_MS = 60_000
/** The whole request may have 20 kB. */
const MOST_BYTES = 15_000

const problemOf = (code: number): Problem => {
  if (code === 9499 || code === 11232 || code === 99991400) return 'rate'
  if (code === 19021 || code === 19022) return 'signature'
  if (code === 19024) return 'keyword'
  return code === 19001 ? 'gone' : 'rejected'
}

/** The signature of Feishu's robots: HMAC-SHA256 of nothing, keyed with `timestamp\nsecret` (s). */
export const signFeishu = (secret: string, timestampSeconds: number): string =>
  createHmac('sha256', `${timestampSeconds}\n${secret}`).update('').digest('base64')

export const createFeishu =
  (post: Post): Send =>
  async ({ secret, language }, message, key) => {
    if (secret.url === undefined) return { ok: false, problem: 'broken', detail: 'the channel has no address' }
    const now = Math.floor(Date.now() / 1000)
    const signed = secret.key === undefined ? {} : { timestamp: String(now), sign: signFeishu(secret.key, now) }
    const content = [
      ...cutBytes(message.lines.join('\n'), MOST_BYTES)
        .split('\n')
        .map((text) => [{ tag: 'text', text }]),
      ...(message.link === null ? [] : [[{ tag: 'a', text: message.link.text, href: message.link.url }]]),
      [{ tag: 'text', text: mark(key) }],
    ]
    const body = {
      ...signed,
      msg_type: 'post',
      content: { post: { [language === 'zh' ? 'zh_cn' : 'en_us']: { title: message.title, content } } },
    }
    const posted = await post(secret.url, JSON.stringify(body))
    return posted.ok ? judgeRobot(posted.answer, problemOf, WAIT_MS) : posted
  }
