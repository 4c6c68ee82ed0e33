import type { User } from '../../server/model/session.ts'
import { path } from '../state/address.ts'
import { t } from '../text/supply.ts'

/** A supplier is a place among the suppliers; a line has its own way back. */
const isHere = (at: string, href: string): boolean =>
  href === '/suppliers' ? at.startsWith(href) : at.replace(/\/$/, '') === href

/** The places around orders, side by side. What would be and plans are the buyer's. */
export const Places = ({ user }: { user: User }) => {
  const { kind, id } = user.organisation
  if (kind === 'carrier') return null
  const at = path.value
  const places =
    kind === 'supplier'
      ? ([
          ['/orders', 'places.lines'],
          [`/suppliers/${id}`, 'places.record'],
        ] as const)
      : ([
          ['/orders', 'places.lines'],
          ['/suppliers', 'places.suppliers'],
          ['/orders/what-if', 'places.whatIf'],
          ['/orders/plans', 'places.plans'],
        ] as const)
  return (
    <nav class="places" aria-label={t('places.label')}>
      {places.map(([href, key]) => (
        <a key={href} href={href} aria-current={isHere(at, href) ? 'page' : undefined}>
          {t(key)}
        </a>
      ))}
    </nav>
  )
}
