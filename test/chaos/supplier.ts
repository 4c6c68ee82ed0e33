import { setTimeout as pause } from 'node:timers/promises'
import type { Setting } from './setting.ts'

const EVERY_MS = 250
/** no answer for so long: asked again, with the same key */
const PATIENCE_MS = 3_000

export type Supplier = {
  /** keys of milestones that were answered as taken */
  acknowledged: Set<string>
  /** answers that a retry should never get */
  refusals: string[]
  /** one that has been said and not answered yet */
  waiting(): boolean
  work(): void
  rest(): void
  close(): Promise<void>
}

/** Says one milestone after another over HTTP, each until it is taken, at the next server when one does not answer. */
export const startSupplier = (
  bases: readonly string[],
  { cookie, csrfToken, orderId }: Pick<Setting, 'cookie' | 'csrfToken' | 'orderId'>,
): Supplier => {
  const acknowledged = new Set<string>()
  const refusals: string[] = []
  let [working, saying, closed] = [false, false, false]
  let at = 0

  const say = async (body: { key: string; [more: string]: unknown }): Promise<boolean> => {
    const base = bases[at % bases.length] ?? ''
    try {
      const answer = await fetch(`${base}/orders/${orderId}/lines/10/milestones`, {
        method: 'POST',
        headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      const said = await answer.text()
      if (answer.status === 200 || answer.status === 201) return true
      // too many, or out of order for now: later
      if (answer.status !== 429 && answer.status < 500) refusals.push(`${body.key}: ${answer.status} ${said}`)
    } catch {
      // nobody there, or cut before the answer came
    }
    at++
    return false
  }
  const done = (async () => {
    while (!closed) {
      await pause(EVERY_MS)
      if (!working) continue
      saying = true
      const key = `m-${acknowledged.size}`
      const body = {
        key, stage: 'synthesis', classifier: 'estimated', at: new Date(Date.now() + 86_400_000).toISOString(),
      } // biome-ignore format: a milestone
      while (!closed && !(await say(body))) await pause(EVERY_MS)
      if (!closed) acknowledged.add(key)
      saying = false
    }
  })()
  return {
    acknowledged,
    refusals,
    waiting: () => saying,
    work: () => {
      working = true
    },
    rest: () => {
      working = false
    },
    close: async () => {
      closed = true
      await done
    },
  }
}
