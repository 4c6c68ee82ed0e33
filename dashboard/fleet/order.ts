import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { World } from '../live/world.ts'
import { heardUpTo, now } from '../state/clock.ts'
import { byAttention } from './attention.ts'
import { matches, type Show, shows } from './filter.ts'

const SORT_EVERY_MS = 4_000
/** A pointer that rests on the list this long is not about to click. */
const POINTER_RESTS_MS = 15_000

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i])

export type FleetOrder = {
  ids: ReadonlySignal<readonly string[]>
  /** the list would be sorted differently now, but somebody is in it */
  held: ReadonlySignal<boolean>
  sortNow(): void
  pointerIn(): void
  pointerOut(): void
}

/**
 * The order of the list: sorted at once when alarms, the filter or the shipments change, else every four seconds; and
 * never while a pointer moves over it or the keyboard is in it, so that no row slips away from under a hand.
 */
export const useFleetOrder = (world: World, text: string, show: Show, list: () => Element | null): FleetOrder => {
  const order = useMemo(() => ({ ids: signal<readonly string[]>([]), held: signal(false), pointer: { at: 0 } }), [])
  const sorted = (): string[] => {
    const at = heardUpTo.peek()
    const chosen = []
    for (const { shipment } of world.entries.values()) {
      const value = shipment.peek()
      if (matches(value, text) && shows(value, show, at)) chosen.push(value)
    }
    return byAttention(chosen, at).map((shipment) => shipment.id)
  }
  const apply = (): void => {
    const next = sorted()
    if (!same(next, order.ids.peek())) order.ids.value = next
    order.held.value = false
  }
  const occupied = (): boolean =>
    Date.now() - order.pointer.at < POINTER_RESTS_MS || list()?.contains(document.activeElement) === true
  const offer = (): void => {
    const next = sorted()
    if (same(next, order.ids.peek())) order.held.value = false
    else if (occupied()) order.held.value = true
    else apply()
  }

  // the filter and the set of shipments are a person's own wish: at once
  const ids = world.ids.value
  // sorted reads them
  useEffect(apply, [ids, text, show])
  const alarmVersion = world.alarmVersion.value
  // a new alarm moves its shipment up
  useEffect(offer, [alarmVersion])
  const turn = Math.floor(now.value / SORT_EVERY_MS)
  // time passes
  useEffect(offer, [turn])

  return {
    ids: order.ids,
    held: order.held,
    sortNow: apply,
    pointerIn() {
      order.pointer.at = Date.now()
    },
    pointerOut() {
      order.pointer.at = 0
      if (order.held.peek()) offer()
    },
  }
}
