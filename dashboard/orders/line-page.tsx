import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Milestone } from '../../server/model/milestone.ts'
import type { OrderChange, Receipt } from '../../server/model/order.ts'
import type { User } from '../../server/model/session.ts'
import { substanceName } from '../fleet/row.tsx'
import { useKeys } from '../shell/keys.ts'
import { navigate } from '../state/address.ts'
import { now } from '../state/clock.ts'
import { mayChange } from '../state/may.ts'
import { useNarrow } from '../state/screen.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { useZaitu } from '../zaitu.ts'
import { courseOf } from './course.ts'
import { CourseTable } from './course-table.tsx'
import { History } from './history.tsx'
import { LineFacts } from './line-facts.tsx'
import { LineShipments } from './line-shipments.tsx'
import { Receipts } from './receipts.tsx'
import type { Requests } from './requests.ts'
import { riskOf } from './risk.ts'
import { Said } from './said.tsx'

type Props = { user: User; orderId: string; line: string; requests: Requests; names: OwnStages }
type Told = { milestones: Milestone[]; receipts: Receipt[]; history: OrderChange[] }

/** One line: how it stands, its course, its shipments, what arrived, what was said and changed. */
export const LinePage = ({ user, orderId, line: wanted, requests, names }: Props) => {
  const { book } = useZaitu()
  const told = useSignal<Told | null>(null)
  const problem = useSignal<string | null>(null)
  const narrow = useNarrow()
  const order = book.orders.value.get(orderId)

  // again whenever the order is told anew: somebody has said or changed something
  useEffect(() => {
    let stopped = false
    const load = async (): Promise<void> => {
      if (book.orders.peek().get(orderId) === undefined) {
        const answer = await requests.order(orderId)
        if (stopped) return
        if (answer.ok) book.put([answer.value])
        else problem.value = answer.status === 404 ? t('line.missing') : answer.message
        return
      }
      const [milestones, receipts, history] = await Promise.all([
        requests.milestones(orderId, wanted),
        requests.receipts(orderId, wanted),
        requests.history(orderId),
      ])
      if (stopped) return
      if (milestones.ok && receipts.ok && history.ok)
        told.value = {
          milestones: milestones.value.items,
          receipts: receipts.value.items,
          history: history.value.items,
        }
      else problem.value = milestones.ok ? null : milestones.status === 404 ? t('line.missing') : milestones.message
    }
    void load()
    return () => {
      stopped = true
    }
  }, [orderId, wanted, order])
  useKeys({ '/': () => navigate('/orders') })
  const line = order?.lines.find((one) => one.line === wanted)
  useEffect(() => {
    if (order !== undefined) document.title = `${t('line.title', { number: order.number, line: wanted })} · Zaitu`
  })
  const back = (
    <nav aria-label={t('line.back')}>
      <a href="/orders">← {t('line.back')}</a>
    </nav>
  )
  if (order === undefined || line === undefined)
    return (
      <div class="page orders">
        {back}
        <p class="empty">{problem.value ?? (order === undefined ? t('app.loading') : t('line.missing'))}</p>
      </div>
    )
  const risk = riskOf(line, now.peek())
  const buys = order.buyer.id === user.organisation.id
  const reload = (): void => {
    void requests.order(orderId).then((answer) => answer.ok && book.put([answer.value]))
  }
  return (
    <div class="page orders line-page">
      <header class="line-head">
        {back}
        <h1>
          {order.number} <span class="line-no">{t('line.line', { line: line.line })}</span>{' '}
          <span class="head-substance">
            {line.substance.un !== null && <b>UN {line.substance.un}</b>} {substanceName(line)}
          </span>
        </h1>
        <p class="muted">
          {buys ? line.supplier.name : order.buyer.name} · CAS {line.substance.cas}
          {line.family !== null && ` · ${line.family}`}
        </p>
      </header>
      <LineFacts order={order} line={line} risk={risk} names={names} />
      <div class="line-columns">
        <CourseTable course={courseOf(order, line, risk, now.peek(), narrow ? 4 : 8)} line={line} names={names} />
        <div class="line-side">
          <LineShipments line={line} />
          <Receipts
            order={order}
            line={line}
            receipts={told.value?.receipts ?? null}
            mayRecord={buys && mayChange(user)}
            requests={requests}
            onRecorded={reload}
          />
        </div>
        <Said of={{ orderId, line: wanted }} milestones={told.value?.milestones ?? null} names={names} />
        <History changes={(told.value?.history ?? []).filter((one) => one.line === null || one.line === line.line)} />
      </div>
    </div>
  )
}
