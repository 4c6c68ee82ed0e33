import type { Problem } from '../model/notification.ts'
import type { Send } from './channel.ts'
import type { Post } from './post.ts'
import { cutBytes, judgeRobot, mark } from './robot.ts'

/** 20 messages a minute. */
const WAIT_MS = 60_000
/** Markdown of at most 4,096 bytes. */
const MOST_BYTES = 4_096

const problemOf = (code: number): Problem => {
  if (code === 45009 || code === 45033) return 'rate'
  if (code === 93000) return 'gone'
  return 'rejected'
}

/** WeCom's robots sign nothing: the key in their address is the secret. */
export const createWeCom =
  (post: Post): Send =>
  async ({ secret }, message, key) => {
    if (secret.url === undefined) return { ok: false, problem: 'broken', detail: 'the channel has no address' }
    const head = `### ${message.title}\n`
    const foot = `${message.link === null ? '' : `\n[${message.link.text}](${message.link.url})`}\n${mark(key)}`
    const room = MOST_BYTES - Buffer.byteLength(head) - Buffer.byteLength(foot)
    const content = `${head}${cutBytes(message.lines.join('\n'), room)}${foot}`
    const posted = await post(secret.url, JSON.stringify({ msgtype: 'markdown', markdown: { content } }))
    return posted.ok ? judgeRobot(posted.answer, problemOf, WAIT_MS) : posted
  }
