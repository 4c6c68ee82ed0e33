import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../text/language.ts'

const SAID_MS = 4_000

/** Text to take elsewhere, with a button that copies it. */
export const Copyable = ({ text, label }: { text: string; label: string }) => {
  const copied = useSignal(false)
  const shown = useRef<HTMLPreElement>(null)
  useEffect(() => {
    if (!copied.value) return
    const timer = setTimeout(() => {
      copied.value = false
    }, SAID_MS)
    return () => clearTimeout(timer)
  }, [copied.value])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      copied.value = true
    } catch {
      // browsers give no clipboard to plain HTTP: the text is marked, ready for the keys
      if (shown.current !== null) getSelection()?.selectAllChildren(shown.current)
    }
  }
  return (
    <div class="copyable">
      <h3>{label}</h3>
      <div>
        <pre ref={shown}>{text}</pre>
        <button type="button" onClick={() => void copy()}>
          <span aria-live="polite">{copied.value ? t('app.copied') : t('app.copy')}</span>
        </button>
      </div>
    </div>
  )
}
