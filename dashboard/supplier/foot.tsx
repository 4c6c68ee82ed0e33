import type { SupplierLines } from '../../server/model/supplier-link.ts'
import { day, t } from './language.ts'
import { OwnRecord } from './record.tsx'

/** How this supplier has done, in the figures that its buyer sees; and until when the link lasts. */
export const Foot = ({ lines, expiresAt }: { lines: SupplierLines; expiresAt: string }) => (
  <footer>
    <OwnRecord scorecard={lines.scorecard} />
    {expiresAt !== '' && <p class="muted small">{t('until', { date: day(expiresAt) })}</p>}
  </footer>
)
