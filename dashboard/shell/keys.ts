import { useEffect } from 'preact/hooks'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/**
 * Single-key commands while a component is on the page. They keep still while somebody types, while a modifier is
 * held, and inside an open dialog.
 */
export const useKeys = (keys: Record<string, (event: KeyboardEvent) => void>): void => {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
      const command = keys[event.key]
      if (command === undefined) return
      event.preventDefault()
      command(event)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}
