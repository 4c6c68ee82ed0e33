import type { ChannelKind } from '../model/notification.ts'
import type { Send } from './channel.ts'
import { createDingTalk } from './dingtalk.ts'
import { createEmail, type MailServer } from './email.ts'
import { createFeishu } from './feishu.ts'
import { createPost } from './post.ts'
import { createWebhook } from './webhook.ts'
import { createWeCom } from './wecom.ts'

/** Sends over whichever channel it is; what a channel did not foresee is a failure like any other. */
export const createSend = ({
  mail,
  privateAddresses,
  patienceMs,
}: {
  mail: MailServer | null
  privateAddresses: boolean
  patienceMs?: number
}): Send => {
  const post = createPost({ privateAddresses, ...(patienceMs !== undefined && { patienceMs }) })
  const by: Record<ChannelKind, Send> = {
    webhook: createWebhook(post),
    email: createEmail(mail),
    dingtalk: createDingTalk(post),
    wecom: createWeCom(post),
    feishu: createFeishu(post),
  }
  return async (target, message, key) => {
    try {
      return await by[target.kind](target, message, key)
    } catch (error) {
      return {
        ok: false,
        problem: 'broken',
        detail: error instanceof Error ? error.message.slice(0, 300) : String(error),
      }
    }
  }
}
