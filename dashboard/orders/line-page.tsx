import { useEffect } from 'preact/hooks'
import type { Order } from '../../server/model/order.ts'
import type { User } from '../../server/model/session.ts'
import { substanceName } from '../fleet/row.tsx'
import { useKeys } from '../shell/keys.ts'
import { navigate } from '../state/address.ts'
import { now } from '../state/clock.ts'
import { mayChange } from '../state/may.ts'
import { useNarrow } from '../state/screen.ts'
import { LineChange } from '../supply/line-change.tsx'
import { LineShares } from '../supply/line-shares.tsx'
import { type OwnStages, t } from '../text/orders.ts'
import { useZaitu } from '../zaitu.ts'
import { alarmsByLine, lineKey } from './alarms-of-lines.ts'
import { Causes } from './causes.tsx'
import { courseOf } from './course.ts'
import { CourseTable } from './course-table.tsx'
import { ForecastHistory } from './forecast-history.tsx'
import { History } from './history.tsx'
import { LineAlarms } from './line-alarms.tsx'
import { LineFacts } from './line-facts.tsx'
import { LineShipments } from './line-shipments.tsx'
import { useLineTold } from './line-told.ts'
import { Receipts } from './receipts.tsx'
import type { Requests } from './requests.ts'
import { type Line, riskOf } from './risk.ts'
import { Said } from './said.tsx'

type Props = { user: User; orderId: string; line: string; requests: Requests; names: OwnStages }

const Back = () => (
  <nav aria-label={t('line.back')}>
    <a href="/orders">← {t('line.back')}</a>
  </nav>
)

/** Whether there is anything to draw. */
const hasCourse = ({ stages, shipments, forecast, received }: Line): boolean =>
  stages.length > 0 || shipments.length > 0 || forecast !== null || received !== null

/** Named at first of those that share a lot. */
const FIRST_OF_LOT = 5

/** The lot that the line is of, and the lines that are late with it. */
const Lot = ({ lot, others }: { lot: string; others: Line['sharesLot'] }) => {
  if (others.length === 0) return <p class="muted line-lot">{t('line.lot', { lot })}</p>
  return (
    <p class="muted line-lot">
      {t('line.sharesLot', { lot })}{' '}
      {others.slice(0, FIRST_OF_LOT).map(({ orderId, number, line }, index) => (
        <span key={`${orderId} ${line}`}>
          {index > 0 && ', '}
          <a href={`/orders/${orderId}/${encodeURIComponent(line)}`}>
            {number}/{line}
          </a>
        </span>
      ))}
      {others.length > FIRST_OF_LOT && ` ${t('line.sharesMore', { n: others.length - FIRST_OF_LOT })}`}
    </p>
  )
}

/** What the line is and who is on its other side. */
const Head = ({ order, line, buys }: { order: Order; line: Line; buys: boolean }) => (
  <header class="line-head">
    <div>
      <Back />
      <h1>
        {order.number} <span class="line-no">{t('line.line', { line: line.line })}</span>{' '}
        <span class="head-substance">
          {line.substance.un !== null && <b>UN {line.substance.un}</b>} {substanceName(line)}
        </span>
      </h1>
      <p class="muted">
        {buys ? <a href={`/suppliers/${line.supplier.id}`}>{line.supplier.name}</a> : order.buyer.name} · CAS{' '}
        {line.substance.cas}
        {line.family !== null && ` · ${line.family}`}
      </p>
      {line.lot !== null && <Lot lot={line.lot} others={line.sharesLot} />}
    </div>
  </header>
)

/** One line: how it stands and why, its course, how its forecast moved, its shipments, what arrived, was said and changed. */
export const LinePage = ({ user, orderId, line: wanted, requests, names }: Props) => {
  const { book, world } = useZaitu()
  const narrow = useNarrow()
  const order = book.orders.value.get(orderId)
  const { told, history, historyFailed, problem, again } = useLineTold({
    orderId,
    line: wanted,
    order,
    requests,
    book,
  })
  useKeys({ '/': () => navigate('/orders') })
  const line = order?.lines.find((one) => one.line === wanted)
  useEffect(() => {
    if (order !== undefined) document.title = `${t('line.title', { number: order.number, line: wanted })} · Zaitu`
  })
  if (order === undefined || line === undefined)
    return (
      <div class="page orders">
        <Back />
        <p class="empty">{problem.value ?? (order === undefined ? t('app.loading') : t('line.missing'))}</p>
      </div>
    )
  const risk = riskOf(line, now.peek())
  const buys = order.buyer.id === user.organisation.id
  const alarms = alarmsByLine(world.openAlarms.value).get(lineKey(orderId, wanted)) ?? []
  const { milestones, receipts, changes } = told.value ?? { milestones: null, receipts: null, changes: null }
  const reload = (): void => {
    void requests.order(orderId).then((answer) => answer.ok && book.put([answer.value]))
  }
  return (
    <div class="page orders line-page">
      <Head order={order} line={line} buys={buys} />
      {problem.value !== null && (
        <p class="note-bad" role="alert">
          {problem.value}{' '}
          <button type="button" class="link" onClick={again}>
            {t('orders.again')}
          </button>
        </p>
      )}
      <LineFacts order={order} line={line} risk={risk} names={names} />
      <LineAlarms alarms={alarms} />
      <div class="line-columns">
        <div class="line-main">
          {hasCourse(line) && (
            <CourseTable course={courseOf(order, line, risk, now.peek(), narrow ? 4 : 8)} line={line} names={names} />
          )}
          {line.received?.complete !== true && <Causes line={line} last={history.value?.[0] ?? null} names={names} />}
          <ForecastHistory
            line={line}
            history={history.value}
            failed={historyFailed.value}
            learnt={{ milestones: milestones ?? [], receipts: receipts ?? [], changes: changes ?? [] }}
            names={names}
            onAgain={again}
          />
        </div>
        <div class="line-side">
          <LineShipments line={line}>
            <LineShares user={user} order={order} line={line} onChanged={reload} />
          </LineShipments>
          <Receipts
            order={order}
            line={line}
            receipts={receipts}
            mayRecord={buys && mayChange(user)}
            requests={requests}
            onRecorded={reload}
          />
          <LineChange key={line.line} user={user} order={order} line={line} names={names} />
          <Said of={{ orderId, line: wanted }} milestones={milestones} names={names} />
          <History changes={changes ?? []} />
        </div>
      </div>
    </div>
  )
}
