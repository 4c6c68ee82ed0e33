import type { SupplierLines } from '../../server/model/supplier-link.ts'
import { day, t } from './language.ts'
import { OwnRecord } from './record.tsx'

/** How far this supplier keeps its word, as its buyer sees it too; and until when the link lasts. */
export const Foot = ({ lines, expiresAt }: { lines: SupplierLines; expiresAt: string }) => {
  const { judged, onTime } = lines.reliability
  return (
    <footer>
      <section class="reliability">
        {judged === 0 ? (
          <p>{t('reliabilityNone')}</p>
        ) : (
          <>
            <p>
              <span class="muted">{t('reliability')}</span> <b>{Math.round((100 * onTime) / judged)} %</b>{' '}
              <span class="muted">{t('reliabilityOf', { onTime, judged })}</span>
            </p>
            <p class="muted small">{t('reliabilityWhat')}</p>
          </>
        )}
      </section>
      <OwnRecord scorecard={lines.scorecard} />
      {expiresAt !== '' && <p class="muted small">{t('until', { date: day(expiresAt) })}</p>}
    </footer>
  )
}
