import type { SupplierLink } from '../../server/model/supplier-link.ts'
import type { List } from '../manage/list.ts'
import { Row, Rows } from '../manage/page.tsx'
import type { Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'

const factsOf = ({ note, email, line, expiresAt, uses, lastUsedAt }: SupplierLink): string =>
  [
    note,
    email,
    line === null ? null : t('supplierLink.oneLine'),
    t('supplierLink.until', { time: dayTime(expiresAt) }),
    lastUsedAt === null ? t('supplierLink.unused') : t('supplierLink.used', { n: uses, time: dayTime(lastUsedAt) }),
  ]
    .filter((part) => part !== null)
    .join(' · ')

/** Links of suppliers that have been made, with their use; each can be withdrawn while it holds. */
export const SupplierLinkList = ({ list, requests }: { list: List<SupplierLink>; requests: Requests }) => {
  const { toasts } = useZaitu()
  const withdraw = async ({ id, supplier }: SupplierLink): Promise<void> => {
    const answer = await requests.withdrawSupplierLink(id)
    toasts.say(answer.ok ? t('supplierLink.withdrawn', { name: supplier.name }) : answer.message)
    await list.reload()
  }
  if (list.items.value?.length === 0) return null
  return (
    <section class="stack" aria-labelledby="supplier-links-title">
      <h2 id="supplier-links-title">{t('supplierLink.list')}</h2>
      <Rows
        list={list}
        label={t('supplierLink.list')}
        none={t('supplierLink.none')}
        row={(link) => {
          const isOver = link.withdrawnAt !== null || Date.parse(link.expiresAt) <= Date.now()
          return (
            <Row
              key={link.id}
              id={link.id}
              title={link.supplier.name}
              facts={factsOf(link)}
              faded={isOver}
              state={
                isOver ? (
                  <span class="tag">
                    {link.withdrawnAt === null
                      ? t('tokens.over')
                      : t('share.state.withdrawn', { time: dayTime(link.withdrawnAt) })}
                  </span>
                ) : (
                  <button type="button" onClick={() => void withdraw(link)}>
                    {t('people.withdraw')}
                    <span class="hidden"> {link.supplier.name}</span>
                  </button>
                )
              }
            />
          )
        }}
      />
    </section>
  )
}
