import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from './broker/source.ts'
import { parseTopic } from './broker/topic.ts'
import { tooLarge } from './ingest/batch.ts'
import { decodeMilestones } from './ingest/milestones.ts'
import type { Logger } from './log.ts'
import type { MilestoneMessage } from './model/milestone.ts'
import { type DeadLetter, insertDeadLetters } from './store/dead-letters.ts'
import { findSuppliersLine, sayMilestone } from './store/milestones.ts'
import { inTransaction, isOutage, isRefusal, type Pool, type Tx } from './store/pool.ts'

/** Suppliers say a few things a day; these many at a time keep a mass of them from holding a transaction open. */
const AT_ONCE = 50

/** Whether a message is a supplier's, and so for here rather than for the pipeline of telemetry. */
export const isSuppliers = ({ topic }: Message): boolean => topic.startsWith('zaitu/v1/suppliers/')

/**
 * The path of a supplier's message: kept, or a dead letter with its reason, in one transaction; acknowledged after it.
 * While the database is away, messages wait unacknowledged. `pool` acts as zaitu_ingest.
 */
export const createMilestones = ({
  pool,
  log,
  orderChanged,
}: {
  pool: Pool
  log: Logger
  orderChanged(orderId: string): void
}) => {
  const queue: Queued[] = []
  let running: Promise<void> | null = null
  let stopping = false

  const process = async (messages: readonly Queued[]): Promise<void> => {
    const { changed, outcomes } = await inTransaction(pool, (tx) => keepAll(tx, messages))
    for (const [index, message] of messages.entries()) message.acknowledge(outcomes[index])
    for (const orderId of changed) orderChanged(orderId)
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; queue.length > 0; ) {
      const messages = queue.slice(0, AT_ONCE)
      try {
        await process(messages)
        queue.splice(0, messages.length)
        failures = 0
      } catch (error) {
        const facts = { error: error instanceof Error ? error.message : String(error), messages: messages.length }
        if (isOutage(error)) log.warn(facts, 'milestones wait for the database')
        else log.error(facts, 'milestones could not be committed')
        if (stopping) return
        await sleep(Math.min(2_000, 50 * 2 ** failures++) * (0.5 + Math.random()))
      }
    }
  }

  return {
    deliver: (message: Message): void => {
      if (stopping) return
      queue.push({ ...message, id: randomUUID() })
      running ??= run().finally(() => {
        running = null
      })
    },
    waiting: (): number => queue.length,
    settled: async (): Promise<void> => {
      while (running !== null) await running
    },
    stop: async (): Promise<void> => {
      stopping = true
      await running
    },
  }
}

/** `id` names it in the database, so that a letter of it is written once however often it is tried. */
type Queued = Message & { id: string }
type Kept = { changed: Set<string>; outcomes: { stored: number; deadLetters: number }[] }

const keepAll = async (tx: Tx, messages: readonly Queued[]): Promise<Kept> => {
  const kept: Kept = { changed: new Set(), outcomes: [] }
  const letters: DeadLetter[] = []
  for (const message of messages) {
    const { id, topic, payload, receivedAt, wholeBytes } = message
    const before = letters.length
    let stored = 0
    const parsed = parseTopic(topic)
    const supplier = parsed?.kind === 'supplier' ? await findSupplier(tx, parsed.supplierId) : null
    const letter = (part: string, bytes: Buffer, reason: string) => {
      const orgId = supplier?.id ?? null
      letters.push({ orgId, deviceId: null, receivedAt, topic, payload: bytes, reason, batchId: id, part })
    }
    if (supplier === null) letter('whole', payload, `nobody is known by the topic ${topic}`)
    else if (wholeBytes !== undefined) letter('whole', payload, tooLarge(wholeBytes))
    else {
      const { said, misunderstood } = decodeMilestones(payload)
      for (const [at, { payload: part, reason }] of misunderstood.entries()) letter(`misunderstood ${at}`, part, reason)
      for (const [at, one] of said.entries()) {
        const outcome = await keep(tx, supplier, one, receivedAt)
        if (outcome.ok) {
          stored++
          kept.changed.add(outcome.orderId)
        } else
          letter(
            `said ${at}`,
            Buffer.from(JSON.stringify({ ...one, at: new Date(one.at).toISOString() })),
            outcome.reason,
          )
      }
    }
    kept.outcomes.push({ stored, deadLetters: letters.length - before })
  }
  await insertDeadLetters(tx, letters)
  return kept
}

type Supplier = { id: string; name: string }

const findSupplier = async (tx: Tx, id: string): Promise<Supplier | null> => {
  const { rows } = await tx.query<Supplier>('select id, name from organisations where id::text = lower($1::text)', [id])
  return rows[0] ?? null
}

/** One of a message; a value that the database refuses takes only itself along. */
const keep = async (
  tx: Tx,
  supplier: Supplier,
  said: MilestoneMessage,
  receivedAt: number,
): Promise<{ ok: true; orderId: string } | { ok: false; reason: string }> => {
  await tx.query('savepoint one')
  try {
    const found = await findSuppliersLine(tx, { supplierId: supplier.id, ...said })
    if (!found.ok) return found
    const saidBy = { kind: 'mqtt', id: supplier.id, name: supplier.name, orgId: supplier.id } as const
    const outcome = await sayMilestone(tx, found.line, said, saidBy, receivedAt)
    await tx.query('release savepoint one')
    return outcome.ok ? { ok: true, orderId: found.line.orderId } : outcome
  } catch (error) {
    if (!isRefusal(error)) throw error
    await tx.query('rollback to savepoint one')
    return {
      ok: false,
      reason: `the database refuses this milestone: ${error instanceof Error ? error.message : error}`,
    }
  }
}
