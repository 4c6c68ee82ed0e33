import { Copyable } from '../manage/copyable.tsx'
import { Once } from '../manage/once.tsx'
import { Qr } from '../manage/qr.tsx'
import type { MadeLink } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { dayTime } from '../text/times.ts'

export type Handed = MadeLink & { name: string; purpose: 'invitation' | 'reset' | 'supplier' }

/** A link to hand on: shown once, to copy or to be read by the other person's phone. */
export const LinkPanel = ({ made, onClose }: { made: Handed; onClose(): void }) => (
  <Once
    title={t(`people.link.${made.purpose}`, { name: made.name })}
    why={t(made.purpose === 'supplier' ? 'supplierLink.once' : 'people.linkOnce', { time: dayTime(made.expiresAt) })}
    done={t('people.linkDone')}
    onClose={onClose}
  >
    <div class="with-qr">
      <div class="stack">
        <Copyable label={t('people.theLink')} text={made.link} />
        {made.purpose === 'supplier' && (
          <Copyable label={t('supplierLink.message')} text={t('supplierLink.messageText', { link: made.link })} />
        )}
      </div>
      <Qr text={made.link} label={t('people.linkQr')} />
    </div>
  </Once>
)
