import type { ComponentChildren, ComponentProps } from 'preact'
import { useId } from 'preact/hooks'
import type { Refused } from '../api/client.ts'

/** The field that a problem's path means: `email`, `/email` and `body/email` are the same one. */
const fieldOf = (path: string): string => path.replace(/^\/?(body[/.])?/, '').split(/[/.]/)[0] ?? ''

/** What the server said of one field, or null. */
export const problemOf = (refused: Refused | null, field: string): string | null =>
  refused?.errors.find((error) => fieldOf(error.path) === field)?.message ?? null

type FieldProps = ComponentProps<'input'> & {
  label: string
  name: string
  hint?: string
  refused?: Refused | null
}

/** A labelled input with its hint, and what the server said of it, where a screen reader finds both. */
export const Field = ({ label, name, hint, refused = null, ...input }: FieldProps) => {
  const id = useId()
  const problem = problemOf(refused, name)
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input}
        id={id}
        name={name}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={hint === undefined && problem === null ? undefined : `${id}-more`}
      />
      <div id={`${id}-more`} aria-live="polite">
        {problem !== null && <p class="field-problem">{problem}</p>}
        {hint !== undefined && <p class="hint">{hint}</p>}
      </div>
    </div>
  )
}

type Option<T extends string> = { value: T; label: string; detail: string }
type ChoiceProps<T extends string> = {
  label: string
  name: string
  options: Option<T>[]
  chosen: T
  onChoose(value: T): void
}

/** One of a few, each with what it means in plain words. */
export const Choice = <T extends string>({ label, name, options, chosen, onChoose }: ChoiceProps<T>) => (
  <fieldset class="choice">
    <legend>{label}</legend>
    {options.map((option) => (
      <label key={option.value}>
        <input
          type="radio"
          name={name}
          value={option.value}
          checked={option.value === chosen}
          onChange={() => onChoose(option.value)}
        />
        <span>
          <b>{option.label}</b>
          <span class="hint">{option.detail}</span>
        </span>
      </label>
    ))}
  </fieldset>
)

/** What went wrong, unless it stands beside one of the fields named. Said aloud. */
export const FormProblem = ({ refused, fields = [] }: { refused: Refused | null; fields?: readonly string[] }) => {
  const told = refused?.errors.some((error) => fields.includes(fieldOf(error.path)))
  return <div role="alert">{refused !== null && !told && <p class="note-bad">{refused.message}</p>}</div>
}

/** A form that opens below the head of its page. */
export const FormPanel = ({
  title,
  onSubmit,
  children,
}: {
  title: string
  onSubmit(): Promise<void>
  children: ComponentChildren
}) => (
  <form
    class="panel form-panel"
    onSubmit={(event) => {
      event.preventDefault()
      void onSubmit()
    }}
  >
    <h2>{title}</h2>
    {children}
  </form>
)
