import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useCallback, useEffect } from 'preact/hooks'
import type { Answer, Page } from '../api/client.ts'

export type List<T> = {
  /** null until the first answer */
  items: ReadonlySignal<T[] | null>
  problem: ReadonlySignal<string | null>
  next: ReadonlySignal<string | null>
  /** the first page anew */
  reload(): Promise<void>
  more(): Promise<void>
}

/** A list by pages: the first one at once and again whenever `key` changes, the later ones when asked for. */
export const useList = <T>(ask: (cursor: string | null) => Promise<Answer<Page<T>>>, key = ''): List<T> => {
  const items = useSignal<T[] | null>(null)
  const next = useSignal<string | null>(null)
  const problem = useSignal<string | null>(null)
  const load = useCallback(
    async (cursor: string | null): Promise<void> => {
      const answer = await ask(cursor)
      problem.value = answer.ok ? null : answer.message
      if (!answer.ok) return
      items.value = cursor === null ? answer.value.items : [...(items.peek() ?? []), ...answer.value.items]
      next.value = answer.value.next
    },
    [key],
  )
  useEffect(() => void load(null), [load])
  return { items, problem, next, reload: () => load(null), more: () => load(next.peek()) }
}
