import type { Actors } from './demo-actors.ts'
import { findLine, sayMilestone } from './store/milestones.ts'
import { createOrder } from './store/orders.ts'
import type { Tx } from './store/pool.ts'

const DAY_MS = 86_400_000

type Stage = readonly [stage: string, plannedDays: number, weight: number]
type DemoLine = {
  line: string
  cas: string
  un: string
  quantity: number
  needInDays: number
  stages: readonly Stage[]
  /** what has been said already: stage, classifier, in so many days (before now: negative) */
  said: readonly (readonly [stage: string, classifier: 'actual' | 'estimated', days: number, note?: string])[]
}

const CHEMICAL: readonly Stage[] = [
  ['raw-material', -12, 1],
  ['synthesis', -6, 3],
  ['quality-released', -2, 1],
  ['filled', 1, 1],
  ['ready', 2, 1],
  ['picked-up', 3, 1],
]

/** One that goes well, one that the demo's supplier makes late and good again, and one of which nothing was said yet. */
const DEMO_ORDERS: readonly { number: string; lines: readonly DemoLine[] }[] = [
  {
    number: 'HD-2026-118',
    lines: [
      {
        line: '10', cas: '67-56-1', un: '1230', quantity: 22, needInDays: 9, stages: CHEMICAL,
        said: [['raw-material', 'actual', -13], ['synthesis', 'actual', -6], ['quality-released', 'actual', -2], ['filled', 'estimated', 1]],
      },
      {
        line: '20', cas: '108-88-3', un: '1294', quantity: 18, needInDays: 8.5, stages: CHEMICAL,
        said: [['raw-material', 'actual', -11.2, '原料到货晚 raw material came late'], ['synthesis', 'actual', -4.4]],
      },
    ],
  },
  { number: 'HD-2026-121', lines: [{ line: '10', cas: '7664-41-7', un: '1005', quantity: 12, needInDays: 30, stages: CHEMICAL, said: [] }] },
] // biome-ignore format: a line a line

/** The demo's orders, where there are none yet. `tx` acts as the owner. */
export const makeDemoOrders = async (tx: Tx, { orgId, others }: Actors, now: number): Promise<void> => {
  const { rowCount } = await tx.query('select from orders where org_id = $1::uuid limit 1', [orgId])
  if (rowCount !== 0) return
  const instant = (days: number): string => new Date(now + days * DAY_MS).toISOString()
  for (const { number, lines } of DEMO_ORDERS) {
    const made = []
    for (const { line, cas, un, quantity, needInDays, stages } of lines) {
      const { rows } = await tx.query<{ id: string }>(
        'select id from substances where org_id is null and cas = $1::text and un = $2::text',
        [cas, un],
      )
      made.push({
        line,
        supplierId: others.supplier,
        substanceId: rows[0]?.id ?? '',
        quantity,
        unit: 't',
        needBy: now + needInDays * DAY_MS,
        price: null,
        currency: null,
        stages: stages.map(([stage, days, weight]) => ({ stage, weight, plannedAt: instant(days) })),
      })
    }
    const id = await createOrder(tx, orgId, { number, orderedAt: now - 20 * DAY_MS, lines: made })
    if (id === null) continue
    for (const { line, said } of lines) {
      const known = await findLine(tx, id, line)
      if (known === null) continue
      for (const [stage, classifier, days, note] of said)
        await sayMilestone(
          tx,
          known,
          { stage, classifier, at: now + days * DAY_MS, ...(note !== undefined && { note }) },
          { kind: 'mqtt', id: others.supplier, name: 'Linhai Solvents 临海溶剂', orgId: others.supplier },
          now,
        )
    }
  }
}
