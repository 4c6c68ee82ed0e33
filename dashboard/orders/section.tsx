import '../account/welcome.css'
import '../manage/manage.css'
import './orders.css'
import './forecast.css'
import '../supply/supply.css'
import { useEffect, useMemo } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import { path } from '../state/address.ts'
import { Places } from '../supply/places.tsx'
import { PlansPage } from '../supply/plans-page.tsx'
import { createSupplyRequests } from '../supply/requests.ts'
import { SupplierPage } from '../supply/supplier-page.tsx'
import { SuppliersPage } from '../supply/suppliers-page.tsx'
import { WhatIfPage } from '../supply/what-if-page.tsx'
import { useZaitu } from '../zaitu.ts'
import { ImportPage } from './import-page.tsx'
import { LinePage } from './line-page.tsx'
import { OrdersPage } from './orders-page.tsx'
import { ownStages } from './own-stages.ts'
import { createRequests } from './requests.ts'

/** Orders: all lines by risk, one line, a file on its way in; suppliers, and what would be. */
export const Section = ({ user }: { user: User }) => (
  <>
    <Places user={user} />
    <Page user={user} />
  </>
)

const Page = ({ user }: { user: User }) => {
  const { api, followOrders } = useZaitu()
  const requests = useMemo(() => createRequests(api.ask), [api])
  const supply = useMemo(() => createSupplyRequests(api.ask), [api])
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
  const supplier = /^\/suppliers\/([^/]+)\/?$/.exec(at)?.[1]
  if (supplier !== undefined)
    return <SupplierPage key={supplier} user={user} id={supplier} requests={requests} supply={supply} names={names} />
  if (at.startsWith('/suppliers')) return <SuppliersPage requests={requests} supply={supply} />
  if (at.startsWith('/orders/plans')) return <PlansPage user={user} requests={requests} supply={supply} names={names} />
  if (at.startsWith('/orders/what-if')) return <WhatIfPage user={user} requests={requests} supply={supply} />
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
