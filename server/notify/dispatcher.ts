import type { Logger } from '../log.ts'
import type { Outcome, Send, Target } from './channel.ts'
import type { Facts } from './facts.ts'
import { compose } from './message.ts'
import { type Due, type Planned, plan } from './plan.ts'

type Deps = {
  /** puts down whom each new event is to be told; how many there were */
  route(most: number): Promise<number>
  /** lets go of what was claimed and is none of those that are talked to: it could not be released */
  forgo(talking: readonly string[]): Promise<void>
  /** channels with something due, which no other server speaks to until they are released */
  claim(most: number): Promise<Target[]>
  take(channelId: string): Promise<{ dues: readonly Due[]; facts: ReadonlyMap<string, Facts>; sentLately: number }>
  begin(message: Planned): Promise<void>
  settle(channelId: string, message: Planned, outcome: Outcome): Promise<void>
  release(channelId: string, ms: number): Promise<void>
  send: Send
  /** where people reach the page, if the settings say so; else where the channel was made */
  publicUrl?: string | undefined
  log: Logger
  observe?: (kind: Target['kind'], outcome: Outcome) => void
  everyMs?: number
}

const EVERY_MS = 1_000
const MOST_EVENTS = 200
/** Channels spoken to at once; a slow one holds up nobody else. */
const MOST_CHANNELS = 16
/** After nothing answered there, or when this minute's messages are spent. */
const PAUSE_MS = 10_000
const MOST_PAUSE_MS = 600_000
/** A turn with one channel is over well before its claim is (store/deliveries.ts). */
const TURN_MS = 90_000

/**
 * Routes events to channels and sends what is due, at least once: each message is put down as tried before it goes, and
 * as sent after it arrived. What the receiver knows it by stays the same however often it is sent.
 */
export const createDispatcher = ({ everyMs = EVERY_MS, ...deps }: Deps) => {
  const { log } = deps
  const talking = new Map<string, Promise<void>>()
  let turning: Promise<void> | null = null
  let stopping = false

  const tell = async (target: Target, message: Planned, facts: readonly Facts[]): Promise<Outcome> => {
    const origin = (deps.publicUrl ?? target.origin).replace(/\/+$/, '')
    const language = facts.find(({ id }) => id === message.leadId)?.language ?? target.language
    await deps.begin(message)
    const outcome = await deps.send({ ...target, language }, compose(facts, language, origin), message.leadId)
    await deps.settle(target.id, message, outcome)
    deps.observe?.(target.kind, outcome)
    if (!outcome.ok)
      log.warn(
        { channel: target.name, kind: target.kind, problem: outcome.problem, detail: outcome.detail },
        'a notification did not arrive; it is tried again',
      )
    return outcome
  }

  /** What is due at one channel; how long it is left alone afterwards, ms. */
  const serve = async (target: Target): Promise<number> => {
    const { dues, facts, sentLately } = await deps.take(target.id)
    const budget = target.perMinute - sentLately
    if (dues.length > 0 && budget <= 0) return PAUSE_MS / 2
    const until = performance.now() + TURN_MS
    for (const message of plan(dues, budget)) {
      if (stopping || performance.now() > until) return 0
      const items = message.ids.flatMap((id) => facts.get(id) ?? [])
      const outcome = await tell(target, message, items)
      if (!outcome.ok && outcome.unreachable === true) return PAUSE_MS
      if (!outcome.ok && outcome.waitMs !== undefined) return Math.min(outcome.waitMs, MOST_PAUSE_MS)
    }
    return 0
  }
  const talk = async (target: Target): Promise<void> => {
    let pauseMs = PAUSE_MS
    try {
      pauseMs = await serve(target)
    } finally {
      await deps.release(target.id, pauseMs)
    }
  }
  const later = (error: unknown): void =>
    log.debug({ error: error instanceof Error ? error.message : String(error) }, 'notifications wait for the database')

  const turn = async (): Promise<void> => {
    while (!stopping && (await deps.route(MOST_EVENTS)) === MOST_EVENTS);
    const room = MOST_CHANNELS - talking.size
    if (stopping || room <= 0) return
    await deps.forgo([...talking.keys()])
    for (const target of await deps.claim(room)) {
      const conversation = talk(target)
        .catch(later)
        .finally(() => talking.delete(target.id))
      talking.set(target.id, conversation)
    }
  }
  const timer = setInterval(() => {
    turning ??= turn()
      .catch(later)
      .finally(() => {
        turning = null
      })
  }, everyMs)

  return {
    /** Resolves when what was being sent is sent and put down; what is due stays for the next start. */
    stop: async (): Promise<void> => {
      stopping = true
      clearInterval(timer)
      await turning
      await Promise.all(talking.values())
    },
  }
}
