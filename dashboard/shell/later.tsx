import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { t } from '../text/language.ts'

/** A part of the page whose script comes when it is first shown. */
export const later = <Props extends object>(load: () => Promise<ComponentType<Props>>) => {
  let loaded: ComponentType<Props> | null = null
  return (props: Props) => {
    const state = useSignal<'waiting' | 'here' | 'failed'>(loaded === null ? 'waiting' : 'here')
    // once
    useEffect(() => {
      if (loaded !== null) return
      load().then(
        (component) => {
          loaded = component
          state.value = 'here'
        },
        () => {
          state.value = 'failed'
        },
      )
    }, [])
    const Part = loaded
    if (state.value === 'here' && Part !== null) return <Part {...props} />
    return (
      <div class="page">
        {state.value === 'waiting' ? (
          <p class="empty">{t('app.loading')}</p>
        ) : (
          <p class="empty" role="alert">
            {t('app.failed')}{' '}
            <button type="button" onClick={() => location.reload()}>
              {t('app.reload')}
            </button>
          </p>
        )}
      </div>
    )
  }
}
