import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { Refused } from '../api/client.ts'
import { problemOf } from '../manage/form.tsx'
import { CheckIcon } from '../shell/icons.tsx'
import { t } from '../text/manage.ts'
import { PASSWORD_LEAST, passwordRules } from './password.ts'

type NewPasswordProps = {
  /** name and address, which make a poor password */
  whose: readonly (string | null)[]
  value: string
  refused: Refused | null
  onInput(value: string): void
}

/** A new password, with what it has to keep said while it is typed; it can be looked at, so it is typed once. */
export const NewPassword = ({ whose, value, refused, onInput }: NewPasswordProps) => {
  const id = useId()
  const seen = useSignal(false)
  const kept = passwordRules(value, whose)
  const problem = problemOf(refused, 'password')
  const rule = (met: boolean, words: string) => (
    <li class={met ? 'met' : undefined}>
      <span aria-hidden="true">{met ? <CheckIcon /> : '·'}</span> {words}
      <span class="hidden">{met ? t('account.ruleMet') : t('account.ruleOpen')}</span>
    </li>
  )
  const input = {
    id,
    name: 'password',
    autocomplete: 'new-password',
    spellcheck: false,
    required: true,
    minLength: PASSWORD_LEAST,
    value,
    'aria-invalid': problem === null ? undefined : ('true' as const),
    'aria-describedby': `${id}-rules`,
    onInput: (event: Event): void => {
      if (event.currentTarget instanceof HTMLInputElement) onInput(event.currentTarget.value)
    },
  } as const
  return (
    <div class="field">
      <label for={id}>{t('account.newPassword')}</label>
      <div class="with-button">
        {seen.value ? <input {...input} type="text" /> : <input {...input} type="password" />}
        <button
          type="button"
          aria-pressed={seen}
          onClick={() => {
            seen.value = !seen.value
          }}
        >
          {seen.value ? t('account.hide') : t('account.show')}
        </button>
      </div>
      {problem !== null && <p class="field-problem">{problem}</p>}
      <ul class="rules hint" id={`${id}-rules`}>
        {rule(kept.length, t('account.ruleLength', { n: PASSWORD_LEAST }))}
        {rule(kept.own, t('account.ruleOwn'))}
      </ul>
    </div>
  )
}
