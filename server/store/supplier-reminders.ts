import type { PlannedStage } from '../model/order.ts'
import { type DueLine, dueStage, reminderText } from '../orders/reminder.ts'
import { type Heard, stageStates } from '../orders/stages.ts'
import { HEARD } from './milestones.ts'
import { inTransaction, type Pool, type Tx } from './pool.ts'

type LinkRow = {
  org_id: string
  supplier_id: string
  order_id: string | null
  line: string | null
  email: string | null
}
type LineRow = Omit<DueLine, 'stage' | 'due'> & {
  orgId: string
  supplierId: string
  buyer: string
  stages: PlannedStage[]
  heard: Heard[]
}

/** Open lines of suppliers that have a link and have not been reminded on `day`, with all that was said of each. */
const openLines = async (tx: Tx, day: string): Promise<LineRow[]> => {
  const { rows } = await tx.query<LineRow>(
    `select l.order_id as "orderId", o.number, l.line, l.org_id as "orgId", l.supplier_id as "supplierId", p.name as buyer, l.stages,
       b.name as substance, b.name_zh as "substanceZh",
       ${HEARD}
     from (select distinct org_id, supplier_id from reminded_links()) k
     join order_lines l on l.org_id = k.org_id and l.supplier_id = k.supplier_id
     join orders o on o.id = l.order_id join organisations p on p.id = l.org_id join substances b on b.id = l.substance_id
     where l.cancelled_at is null
       and not exists (select from supplier_reminders d where d.supplier_id = l.supplier_id and d.day = $1::date)
       and not exists (select from receipts r where r.order_id = l.order_id and r.line = l.line and r.quantity > 0 and not r.more
         and not exists (select from receipts c where c.corrects = r.id))
     order by l.need_by, o.number, length(l.line), l.line`,
    [day],
  )
  return rows
}

/** Of several buyers whose lines are due the one that has waited longest has its turn. */
const lastTurns = async (tx: Tx, supplierId: string): Promise<Map<string, string>> => {
  const { rows } = await tx.query<{ org_id: string; day: string }>(
    'select org_id, max(day)::text as day from supplier_reminders where supplier_id = $1::uuid group by 1',
    [supplierId],
  )
  return new Map(rows.map(({ org_id, day }) => [org_id, day]))
}

type Due = DueLine & Pick<LineRow, 'orgId' | 'supplierId' | 'buyer'>

const dueOf = (line: LineRow, now: number): Due[] => {
  const due = dueStage(stageStates(line.stages, line.heard), now)
  const { heard: _heard, stages: _stages, ...rest } = line
  return due === null ? [] : [{ ...rest, ...due }]
}

/** To whom a link's holder is written, and of which of these lines: each address once. */
const mailsOf = (links: readonly LinkRow[], lines: readonly Due[]): Map<string, Due[]> => {
  const mails = new Map<string, Due[]>()
  for (const email of new Set(links.flatMap(({ email }) => email ?? []))) {
    const own = links.filter((link) => link.email === email)
    const told = lines.filter((line) =>
      own.some((link) => link.order_id === null || (link.order_id === line.orderId && link.line === line.line)),
    )
    if (told.length > 0) mails.set(email, told)
  }
  return mails
}

/**
 * Reminds each supplier that has a link of its stages that are due, at most once on `day` (2026-05-01), however many
 * servers look: an event for the buyer's channels, and e-mail to where its links say. How many suppliers were reminded.
 * `pool` acts as zaitu_ingest; `now` in epoch ms.
 */
export const remindSuppliers = (pool: Pool, day: string, now: number): Promise<number> =>
  inTransaction(pool, async (tx) => {
    const due = (await openLines(tx, day)).flatMap((line) => dueOf(line, now))
    const { rows: links } = await tx.query<LinkRow>('select * from reminded_links()')
    let reminded = 0
    for (const supplierId of new Set(due.map((one) => one.supplierId))) {
      // a link for one line speaks of that line
      const seen = due.filter(
        (one) =>
          one.supplierId === supplierId &&
          links.some(
            (link) =>
              link.org_id === one.orgId &&
              link.supplier_id === supplierId &&
              (link.order_id === null || (link.order_id === one.orderId && link.line === one.line)),
          ),
      )
      const turns = await lastTurns(tx, supplierId)
      const [orgId] = [...new Set(seen.map((one) => one.orgId))].toSorted((a, b) =>
        (turns.get(a) ?? '').localeCompare(turns.get(b) ?? ''),
      )
      const lines = seen.filter((one) => one.orgId === orgId)
      const [first] = lines
      if (orgId === undefined || first === undefined) continue
      const { rowCount } = await tx.query(
        'insert into supplier_reminders (supplier_id, day, org_id) values ($1::uuid, $2::date, $3::uuid) on conflict do nothing',
        [supplierId, day, orgId],
      )
      if (rowCount === 0) continue
      reminded++
      const text = reminderText(first.buyer, lines)
      await tx.query(
        `insert into outbox (org_id, kind, key, payload) values ($1::uuid, 'stage-due', $2::text, $3::jsonb) on conflict (key) do nothing`,
        [
          orgId,
          `stage-due:${supplierId}:${day}`,
          JSON.stringify({
            priority: 'low',
            path: '/supplier',
            text,
            supplierId,
            lines: lines.map(({ orderId, line, stage, due: at }) => ({ orderId, line, stage, due: at })),
          }),
        ],
      )
      const own = links.filter((link) => link.org_id === orgId && link.supplier_id === supplierId)
      for (const [email, told] of mailsOf(own, lines)) {
        const { zh, en } = reminderText(first.buyer, told)
        await tx.query(
          `insert into supplier_mails (org_id, supplier_id, email, title, lines) values ($1::uuid, $2::uuid, $3::text, $4::text, $5::jsonb)`,
          [orgId, supplierId, email, `${zh.title} · ${en.title}`, JSON.stringify([...zh.lines, ...en.lines])],
        )
      }
    }
    return reminded
  })

export type SupplierMail = { id: string; email: string; title: string; lines: string[] }

/** Takes mails that are due for five minutes, so that a server that dies is made up for; given up after ten tries. */
export const claimSupplierMails = async (pool: Pool, most: number): Promise<SupplierMail[]> => {
  const { rows } = await pool.query<SupplierMail>(
    `update supplier_mails set next_attempt_at = now() + interval '5 minutes' * power(2, least(attempts, 6)), attempts = attempts + 1
     where id in (select id from supplier_mails where sent_at is null and attempts < 10 and next_attempt_at <= now()
       order by created_at for update skip locked limit $1::integer)
     returning id, email, title, lines`,
    [most],
  )
  return rows
}

/** `error`: why it did not go; null when it went. */
export const settleSupplierMail = async (pool: Pool, id: string, error: string | null): Promise<void> => {
  await pool.query(
    'update supplier_mails set sent_at = case when $2::text is null then now() end, error = $2::text where id = $1::uuid',
    [id, error],
  )
}
