import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

type OnceProps = { title: string; why: string; done: string; onClose(): void; children: ComponentChildren }

/** What is shown this one time: stays until the person says that it is kept, and asks before the window is closed. */
export const Once = ({ title, why, done, onClose, children }: OnceProps) => {
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    box.current?.focus({ preventScroll: true })
    // the panel stands at the top of its page
    box.current?.closest('main')?.scrollTo(0, 0)
    const onUnload = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', onUnload)
    return () => removeEventListener('beforeunload', onUnload)
  }, [])
  return (
    <section class="once panel" ref={box} tabIndex={-1} aria-labelledby="once-title">
      <h2 id="once-title">{title}</h2>
      <p>{why}</p>
      {children}
      <footer>
        <button type="button" class="primary" onClick={onClose}>
          {done}
        </button>
      </footer>
    </section>
  )
}
