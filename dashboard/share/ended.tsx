import { LanguageSwitch } from '../shell/settings.tsx'
import { t } from '../text/language.ts'

type EndedProps = {
  /** whose link it was; null where that is not known */
  organisation: string | null
  /** why it could not be opened, where that may pass */
  problem?: string
  onAgain?(): void
}

/** A link that shows nothing (any more): what that means, and whom to ask. */
export const Ended = ({ organisation, problem, onAgain }: EndedProps) => (
  <main class="sign-in shared-ended">
    <div>
      <p class="brand">
        Zaitu <span lang="zh">在途</span>
      </p>
      <h1>
        {problem !== undefined ? t('shared.failed') : organisation === null ? t('shared.none') : t('shared.over')}
      </h1>
      <p role="status">
        {problem ?? (organisation === null ? t('shared.noneDetail') : t('shared.overDetail', { organisation }))}
      </p>
      {onAgain !== undefined && (
        <button type="button" class="primary" onClick={onAgain}>
          {t('shared.again')}
        </button>
      )}
      <LanguageSwitch />
    </div>
  </main>
)
