import { t } from '../text/language.ts'

/** An address that no page answers to. */
export const NotFound = () => (
  <div class="page">
    <h1>{t('app.notFound')}</h1>
    <p>
      <a href="/">{t('app.toFleet')}</a>
    </p>
  </div>
)
