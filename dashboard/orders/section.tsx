import '../manage/manage.css'
import './orders.css'
import './forecast.css'
import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import { path } from '../state/address.ts'
import type { OwnStages } from '../text/orders.ts'
import { useZaitu } from '../zaitu.ts'
import { ImportPage } from './import-page.tsx'
import { LinePage } from './line-page.tsx'
import { OrdersPage } from './orders-page.tsx'
import { createRequests } from './requests.ts'

/** Stages of one's own by id, asked for once. */
export const ownStages = signal<OwnStages>(new Map())

/** Orders: all lines by risk, one line, a file on its way in. */
export const Section = ({ user }: { user: User }) => {
  const { api, followOrders } = useZaitu()
  const requests = useMemo(() => createRequests(api.ask), [api])
  useEffect(() => {
    followOrders()
    void requests.stages().then((answer) => {
      if (answer.ok)
        ownStages.value = new Map(
          answer.value.items.flatMap((one) =>
            one.name === null ? [] : [[one.stage, { name: one.name, nameZh: one.nameZh }]],
          ),
        )
    })
  }, [])
  const at = path.value
  const line = /^\/orders\/([0-9a-f-]{36})\/([^/]+)\/?$/.exec(at)
  const names = ownStages.value
  if (at.startsWith('/orders/import')) return <ImportPage user={user} requests={requests} />
  if (line?.[1] !== undefined && line[2] !== undefined)
    return (
      <LinePage
        key={at}
        user={user}
        orderId={line[1]}
        line={decodeURIComponent(line[2])}
        requests={requests}
        names={names}
      />
    )
  return <OrdersPage user={user} requests={requests} names={names} />
}
