import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Order } from '../../server/model/order.ts'
import type { User } from '../../server/model/session.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import type { Line } from '../orders/risk.ts'
import { mayChange } from '../state/may.ts'
import { t } from '../text/supply.ts'
import { useZaitu } from '../zaitu.ts'
import { createSupplyRequests } from './requests.ts'

type Props = { user: User; order: Order; line: Line; onChanged(): void }
type Choice = { id: string; label: string; fits: boolean }

const rounded = (quantity: number): number => Number(quantity.toPrecision(9))

/** A share of the line is put on a shipment, changed, or taken off; for its buyer. */
export const LineShares = ({ user, order, line, onChanged }: Props) => {
  const { api, world } = useZaitu()
  const supply = useMemo(() => createSupplyRequests(api.ask), [api])
  const open = useSignal(false)
  const chosen = useSignal<string | null>(null)
  const quantity = useSignal<string | null>(null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  if (order.buyer.id !== user.organisation.id || !mayChange(user) || line.cancelledAt !== null) return null

  const on = new Map(line.shipments.map((ship) => [ship.id, ship.quantity]))
  const choices: Choice[] = world.ids.value
    .flatMap((id): Choice[] => {
      const shipment = world.entries.get(id)?.shipment.value
      if (shipment === undefined || shipment.part !== 'buyer') return []
      if (/^(delivered|cleaning|closed)$/.test(shipment.phase) && !on.has(id)) return []
      const fits = shipment.substance.cas === line.substance.cas
      const { reference } = shipment
      return [{ id, label: fits ? reference : t('share.other', { reference }), fits }]
    })
    .sort((a, b) => Number(on.has(b.id)) - Number(on.has(a.id)) || Number(b.fits) - Number(a.fits) || a.label.localeCompare(b.label)) // biome-ignore format: an order
  const ship = choices.find(({ id }) => id === chosen.value) ?? choices.find(({ id }) => !on.has(id)) ?? choices[0]
  const mine = ship === undefined ? undefined : on.get(ship.id)
  const left = rounded(line.quantity - [...on.values()].reduce((sum, one) => sum + one, 0) + (mine ?? 0))
  const shown = quantity.value ?? String(mine ?? Math.max(0, left))
  const done = (answer: { ok: true } | Refused): void => {
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    open.value = false
    chosen.value = null
    quantity.value = null
    onChanged()
  }
  const save = async (shipmentId: string): Promise<void> => {
    busy.value = true
    done(await supply.ship(shipmentId, { orderId: order.id, line: line.line, quantity: Number(shown) }))
  }
  const takeOff = async (shipmentId: string): Promise<void> => {
    busy.value = true
    done(await supply.unship(shipmentId, order.id, line.line))
  }
  if (!open.value)
    return (
      <p>
        <button type="button" onClick={() => (open.value = true)}>
          {t(on.size > 0 && left <= 0 ? 'share.change' : 'share.put')}
        </button>
      </p>
    )
  return (
    <form
      class="receipt-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (ship !== undefined) void save(ship.id)
      }}
    >
      {ship === undefined ? (
        <p class="muted">
          {t('share.none')} <a href="/shipments/new">{t('share.make')}</a>
        </p>
      ) : (
        <div class="fields">
          <label>
            <span>{t('share.shipment')}</span>
            <select
              name="shipment"
              value={ship.id}
              onChange={(event) => {
                chosen.value = event.currentTarget.value
                quantity.value = null
              }}
            >
              {choices.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <Field
            label={t('share.quantity', { unit: line.unit })}
            name="share"
            type="number"
            inputMode="decimal"
            step="any"
            min="0"
            required
            value={shown}
            onInput={(event) => (quantity.value = event.currentTarget.value)}
          />
        </div>
      )}
      <FormProblem refused={refused.value} />
      <footer class="actions">
        {ship !== undefined && (
          <button type="submit" class="primary" disabled={busy.value}>
            {t('share.save')}
          </button>
        )}
        {ship !== undefined && mine !== undefined && (
          <button type="button" disabled={busy.value} onClick={() => void takeOff(ship.id)}>
            {t('share.off', { reference: ship.label })}
          </button>
        )}
        <button
          type="button"
          onClick={() => {
            open.value = false
            refused.value = null
          }}
        >
          {t('plans.cancel')}
        </button>
      </footer>
    </form>
  )
}
