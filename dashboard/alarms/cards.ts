import { type Signal, signal } from '@preact/signals'
import type { Substance } from '../../server/model/masterdata.ts'
import type { ResponseCard } from '../../server/model/record.ts'
import type { Ask } from '../api/client.ts'

/** undefined: not known yet; null: none is recorded */
type Known = ResponseCard | null | undefined
type Held = { card: Signal<Known>; askedAt: number }

/** Somebody may correct a card while the page is open. */
const FRESH_MS = 10 * 60_000

/** The response cards of the substances on the screen, each asked for once, however many alarms speak of it. */
export const createCards = (ask: Ask) => {
  const held = new Map<string, Held>()
  return {
    of(substanceId: string): Signal<Known> {
      const known = held.get(substanceId)
      if (known !== undefined && Date.now() - known.askedAt < FRESH_MS) return known.card
      const card = known?.card ?? signal<Known>(undefined)
      held.set(substanceId, { card, askedAt: Date.now() })
      void ask<Substance>('GET', `/substances/${encodeURIComponent(substanceId)}`).then((answer) => {
        if (answer.ok) card.value = answer.value.responseCard
        // whoever looks next asks again
        else held.set(substanceId, { card, askedAt: 0 })
      })
      return card
    },
    clear(): void {
      held.clear()
    },
  }
}
