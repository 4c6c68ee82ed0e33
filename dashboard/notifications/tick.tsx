import type { ComponentChildren } from 'preact'

type TicksProps<T extends string> = {
  label: string
  name: string
  options: { value: T; label: ComponentChildren }[]
  chosen: readonly T[]
  onChoose(chosen: T[]): void
}

/** Any of a few, side by side. */
export const Ticks = <T extends string>({ label, name, options, chosen, onChoose }: TicksProps<T>) => (
  <fieldset class="ticks">
    <legend>{label}</legend>
    {options.map((option) => (
      <label key={option.value}>
        <input
          type="checkbox"
          name={name}
          value={option.value}
          checked={chosen.includes(option.value)}
          onChange={(event) =>
            onChoose(
              options
                .map(({ value }) => value)
                .filter((value) => (value === option.value ? event.currentTarget.checked : chosen.includes(value))),
            )
          }
        />
        <span>{option.label}</span>
      </label>
    ))}
  </fieldset>
)

type PickProps<T extends string> = {
  label: string
  name: string
  options: { value: T; label: string }[]
  chosen: T
  onChoose(value: T): void
}

/** One of several, with its label above. */
export const Pick = <T extends string>({ label, name, options, chosen, onChoose }: PickProps<T>) => (
  <label class="field pick">
    <span>{label}</span>
    <select
      name={name}
      value={chosen}
      onChange={(event) => {
        const found = options.find(({ value }) => value === event.currentTarget.value)
        if (found !== undefined) onChoose(found.value)
      }}
    >
      {options.map(({ value, label: text }) => (
        <option key={value} value={value} selected={value === chosen}>
          {text}
        </option>
      ))}
    </select>
  </label>
)
