import type { ChannelKind, MessageLanguage, Problem } from '../model/notification.ts'
import type { Message } from './message.ts'

/** What a channel keeps secret. Of a webhook the old key holds beside the new one until `oldKeyUntil` (epoch ms). */
export type ChannelSecret = {
  url?: string | undefined
  key?: string | undefined
  oldKey?: string | undefined
  oldKeyUntil?: number | undefined
  to?: string[] | undefined
}
export type Target = {
  id: string
  kind: ChannelKind
  name: string
  language: MessageLanguage
  origin: string
  perMinute: number
  secret: ChannelSecret
}

/** Whether it arrived. `waitMs`: the receiver said when to come again; `unreachable`: others would fare the same now. */
export type Outcome =
  | { ok: true; warning?: string }
  | { ok: false; problem: Problem; detail: string; unreachable?: boolean; waitMs?: number }

/** Sends one message; `key` stays the same however often it is sent. Never rejects. */
export type Send = (target: Target, message: Message, key: string) => Promise<Outcome>
