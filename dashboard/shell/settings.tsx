import { useEffect, useRef } from 'preact/hooks'
import { setParams } from '../state/address.ts'
import { SOUNDS, soundFrom, type Theme, theme, units } from '../state/preferences.ts'
import type { Language } from '../text/catalogue.ts'
import { language, t } from '../text/language.ts'
import { zoneName } from '../text/times.ts'
import { PRESSURE_REFERENCES, PRESSURE_UNITS, TEMPERATURE_UNITS, type Units } from '../units.ts'
import { useZaitu } from '../zaitu.ts'
import { sound } from './sound.ts'

type Choice<T extends string> = { value: T; label: string; lang?: string }
type ChoicesProps<T extends string> = { label: string; now: T; options: Choice<T>[]; onChoose(value: T): void }

const Choices = <T extends string>({ label, now, options, onChoose }: ChoicesProps<T>) => (
  <fieldset>
    <legend>{label}</legend>
    <div class="segments">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          lang={option.lang}
          aria-pressed={option.value === now}
          onClick={() => onChoose(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  </fieldset>
)

const LANGUAGES: Choice<Language>[] = [
  { value: 'en', label: 'English', lang: 'en' },
  { value: 'zh', label: '简体中文', lang: 'zh-CN' },
]

export const LanguageSwitch = () => (
  <div class="segments">
    {LANGUAGES.map(({ value, label, lang }) => (
      <button
        key={value}
        type="button"
        lang={lang}
        aria-pressed={language.value === value}
        onClick={() => {
          language.value = value
        }}
      >
        {label}
      </button>
    ))}
  </div>
)

const setUnits = (change: Partial<Units>): void => {
  units.value = { ...units.value, ...change }
  // the address carries units other than the default ones
  setParams({})
}

/** Language, appearance, units, who is signed in. */
export const Settings = ({ onClose, onKeys }: { onClose(): void; onKeys?(): void }) => {
  const zaitu = useZaitu()
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    box.current?.querySelector('button')?.focus()
    const onPointer = (event: PointerEvent): void => {
      const target = event.target
      if (target instanceof Element && target.closest('.settings, [aria-controls=settings]') === null) onClose()
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onClose()
    }
    addEventListener('pointerdown', onPointer)
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('pointerdown', onPointer)
      removeEventListener('keydown', onKey)
    }
  }, [onClose])
  const themes: Choice<Theme>[] = [
    { value: 'auto', label: t('settings.theme.auto') },
    { value: 'light', label: t('settings.theme.light') },
    { value: 'dark', label: t('settings.theme.dark') },
  ]
  const who = zaitu.who.value
  return (
    <dialog open class="settings" id="settings" ref={box} aria-label={t('settings.title')}>
      <Choices
        label={t('settings.language')}
        now={language.value}
        options={LANGUAGES}
        onChoose={(value) => {
          language.value = value
        }}
      />
      <Choices
        label={t('settings.theme')}
        now={theme.value}
        options={themes}
        onChoose={(value) => {
          theme.value = value
        }}
      />
      <Choices
        label={t('settings.temperature')}
        now={units.value.temperature}
        options={TEMPERATURE_UNITS.map((value) => ({ value, label: `°${value}` }))}
        onChoose={(temperature) => setUnits({ temperature })}
      />
      <Choices
        label={t('settings.pressure')}
        now={units.value.pressure}
        options={PRESSURE_UNITS.map((value) => ({ value, label: value }))}
        onChoose={(pressure) => setUnits({ pressure })}
      />
      <Choices
        label={t('settings.reference')}
        now={units.value.reference}
        options={PRESSURE_REFERENCES.map((value) => ({ value, label: t(`settings.${value}`) }))}
        onChoose={(reference) => setUnits({ reference })}
      />
      <Choices
        label={t('settings.sound')}
        now={soundFrom.value}
        options={SOUNDS.map((value) => ({ value, label: t(`settings.sound.${value}`) }))}
        onChoose={(value) => {
          soundFrom.value = value
          if (value !== 'off') void sound(value)
        }}
      />
      <footer>
        <p class="muted">{t('settings.zone', { zone: zoneName() })}</p>
        {onKeys !== undefined && (
          <div>
            <button type="button" onClick={onKeys}>
              {t('settings.keys')} <kbd>?</kbd>
            </button>
          </div>
        )}
        {who.state === 'in' && !zaitu.shared && (
          <>
            <p>
              {who.user.name}
              <br />
              <span class="muted">
                {who.user.organisation.name} · {who.user.email}
              </span>
            </p>
            <div>
              <button type="button" onClick={() => void zaitu.signOut()}>
                {t('session.signOut')}
              </button>
            </div>
          </>
        )}
      </footer>
    </dialog>
  )
}
