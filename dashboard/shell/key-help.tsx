import { useEffect, useRef } from 'preact/hooks'
import { t } from '../text/language.ts'

/** What the keys do, over the page. */
export const KeyHelp = ({ onClose }: { onClose(): void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="keys" ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{t('keys.title')}</h2>
      <dl>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{t('keys.search')}</dd>
        <dt>
          <kbd>↑</kbd> <kbd>↓</kbd>
        </dt>
        <dd>{t('keys.move')}</dd>
        <dt>
          <kbd>Enter</kbd>
        </dt>
        <dd>{t('keys.open')}</dd>
        <dt>
          <kbd>a</kbd>
        </dt>
        <dd>{t('keys.acknowledge')}</dd>
        <dt>
          <kbd>1</kbd> <kbd>2</kbd> <kbd>3</kbd> <kbd>4</kbd>
        </dt>
        <dd>{t('keys.go')}</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{t('keys.help')}</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>{t('keys.close')}</dd>
      </dl>
      <form method="dialog">
        <button type="submit">{t('app.close')}</button>
      </form>
    </dialog>
  )
}
