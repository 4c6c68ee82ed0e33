import { useEffect, useRef } from 'preact/hooks'
import { param } from './address.ts'

/** A panel that an address leads to (`?at=limits`): it comes into view when it is there. */
export const useLeadTo = (name: string) => {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    if (param('at') === name) panel.current?.scrollIntoView({ block: 'start' })
  }, [name])
  return panel
}
