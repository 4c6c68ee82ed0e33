import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { t } from '../text/manage.ts'

type ConfirmProps = {
  label: string
  sure: string
  /** what has to be typed for it; a second press is enough without */
  type?: string
  busy: boolean
  onConfirm(): void
  children?: ComponentChildren
}

/** Something that can't be undone: said first, done by a second press, or by typing its name. */
export const Confirm = ({ label, sure, type, busy, onConfirm, children }: ConfirmProps) => {
  const asked = useSignal(false)
  const typed = useSignal('')
  if (!asked.value)
    return (
      <button
        type="button"
        class="grave"
        onClick={() => {
          asked.value = true
        }}
      >
        {label}…
      </button>
    )
  return (
    <form
      class="confirm"
      onSubmit={(event) => {
        event.preventDefault()
        onConfirm()
      }}
    >
      <p>{sure}</p>
      {children}
      {type !== undefined && (
        <label>
          <span>{t('manage.typeIt', { name: type })}</span>
          <input
            name="confirm"
            autocomplete="off"
            spellcheck={false}
            value={typed}
            onInput={(event) => {
              typed.value = event.currentTarget.value
            }}
          />
        </label>
      )}
      <div class="actions">
        <button type="submit" class="grave-sure" disabled={busy || (type !== undefined && typed.value.trim() !== type)}>
          {label}
        </button>
        <button
          type="button"
          onClick={() => {
            asked.value = false
          }}
        >
          {t('manage.cancel')}
        </button>
      </div>
    </form>
  )
}
