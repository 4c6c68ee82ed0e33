import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

const EXTRA_ROWS = 6

/**
 * The rows of a long list that can be seen (and a few more on each side), for rows of one height in px. The scroller
 * is the page's `main`.
 */
export const useWindow = (
  body: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): { start: number; end: number } => {
  const seen = useSignal({ start: 0, end: 40 })
  useEffect(() => {
    const scroller = body.current?.closest('main')
    if (scroller === null || scroller === undefined) return
    const look = (): void => {
      const list = body.current
      if (list === null) return
      const above = scroller.getBoundingClientRect().top - list.getBoundingClientRect().top
      const first = Math.floor(above / rowHeight) - EXTRA_ROWS
      const last = Math.ceil((above + scroller.clientHeight) / rowHeight) + EXTRA_ROWS
      const start = Math.max(0, first)
      const end = Math.max(start, last)
      if (start !== seen.value.start || end !== seen.value.end) seen.value = { start, end }
    }
    look()
    scroller.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(scroller)
    return () => {
      scroller.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [body, rowHeight, seen])
  return { start: Math.min(seen.value.start, count), end: Math.min(seen.value.end, count) }
}
