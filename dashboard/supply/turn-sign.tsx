import type { WhatIfLine } from '../../server/model/order-risk.ts'
import { t } from '../text/supply.ts'

/** From which chance of missing need-by on a line is red, or amber: as the server turns them. */
const RED = 0.5
const AMBER = 0.2

const Shape = ({ red }: { red: boolean }) => (
  <svg
    class="icon"
    viewBox="0 0 20 20"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    stroke-width="1.800"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    {red ? (
      <path d="M10 3 18 17H2zM10 8.500v4M10 14.800h.01" />
    ) : (
      <path d="M10 2.500 17.500 10 10 17.500 2.500 10zM10 6.800v3.800M10 13.200h.01" />
    )}
  </svg>
)

/** What the line becomes by it: a colour, a shape and a word where it turns; plain words where it does not. */
export const TurnSign = ({ of: { turns, before } }: { of: WhatIfLine }) => {
  const chance = before.probabilityLate ?? 0
  if (turns === null)
    return (
      <span class="muted">
        {t(chance >= RED ? 'whatIf.redAlready' : chance >= AMBER ? 'whatIf.amberAlready' : 'whatIf.fine')}
      </span>
    )
  return (
    <>
      <b class={`risk-word ${turns === 'red' ? 'tone-high' : 'tone-medium'}`}>
        <Shape red={turns === 'red'} />
        {t(turns === 'red' ? 'whatIf.red' : 'whatIf.amber')}
      </b>
      <span class="limit">{t(turns === 'red' ? 'whatIf.red.why' : 'whatIf.amber.why')}</span>
    </>
  )
}
