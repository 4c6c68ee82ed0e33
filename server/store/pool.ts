import pg from 'pg'
import type { Logger } from '../log.ts'

export type Pool = pg.Pool
/** A connection inside an open transaction. */
export type Tx = pg.PoolClient

/** Who the database thinks we are: the owner (migrations, upkeep), the people's side, or the devices' side. */
export type Role = 'owner' | 'zaitu_app' | 'zaitu_ingest'

/**
 * A pool whose connections act as `role`. Every wait has an end (pg waits for ever by default): connecting 5 s,
 * a statement `statementMs`, a lock 10 s, an idle transaction 30 s.
 * `session` names this run of this server: should it stall, whoever takes its place ends its connections by that.
 * `warm`: a statement that each connection begins with, and that is then kept for an hour rather than ten seconds: what is
 * asked for in a hurry later has been planned by then.
 */
export const openPool = (
  url: string,
  {
    role,
    max,
    log,
    statementMs = 30_000,
    session,
    warm,
  }: { role: Role; max: number; log: Logger; statementMs?: number; session?: string; warm?: string },
): Pool => {
  const settings = [
    `-c statement_timeout=${statementMs}`,
    '-c lock_timeout=10000',
    '-c idle_in_transaction_session_timeout=30000',
    ...(role === 'owner' ? [] : [`-c role=${role}`]),
  ]
  const pool = new pg.Pool({
    connectionString: url,
    max,
    options: settings.join(' '),
    application_name: session === undefined ? `zaitu ${role}` : `zaitu ${role} #${session}`,
    connectionTimeoutMillis: 5_000,
    query_timeout: statementMs + 5_000,
    keepAlive: true,
    ...(warm !== undefined && {
      idleTimeoutMillis: 3_600_000,
      onConnect: async (client: pg.ClientBase) => {
        await client
          .query(warm)
          .catch((error) => log.debug({ error: String(error) }, 'a database connection was not warmed up'))
      },
    }),
  })
  // an idle connection that dies must not end the process; the next query gets a new one or says why not
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle database connection ended'))
  // nor one that dies between two statements of a transaction: the next statement fails, and says so to who waits for it
  pool.on('connect', (client) =>
    client.on('error', (error) => log.debug({ error: error.message }, 'a database connection broke')),
  )
  return pool
}

/** What the statements of `begin` answered: a question asked along with it saves a round trip. */
export type Begun = pg.QueryResult[]

/** Runs `work` in one transaction; a failed connection is thrown away rather than handed to the next caller. */
export const inTransaction = async <T>(
  pool: Pool,
  work: (tx: Tx, begun: Begun) => Promise<T>,
  begin = 'begin',
): Promise<T> => {
  const tx = await pool.connect()
  let broken: boolean | undefined
  try {
    const begun: Begun = [await tx.query(begin)].flat()
    const result = await work(tx, begun)
    await tx.query('commit')
    return result
  } catch (error) {
    try {
      await tx.query('rollback')
    } catch {
      broken = true
    }
    throw error
  } finally {
    tx.release(broken)
  }
}

/** Whose lines a supplier's link shows: all that are open, or the one that it names. */
export type LinkedSupplier = { id: string; orderId: string | null; line: string | null }

/**
 * For whom the database is asked: an organisation and, for a share link, the one shipment that it may be shown of it, or,
 * for a supplier's link, the supplier whose lines.
 */
export type Viewer = { orgId: string; shipmentId?: string | null; supplier?: LinkedSupplier }

/** No shipment has it, so whoever is narrowed to it sees nothing but what is opened for it (sql/0021). */
const NO_SHIPMENT = '00000000-0000-0000-0000-000000000000'

/** From here to its end, a transaction sees what this organisation may see, and nothing else. */
export const speakAs = async (tx: Tx, { orgId, shipmentId = null, supplier }: Viewer): Promise<void> => {
  await tx.query({
    name: 'set-viewer',
    text: `select set_config('app.org_id', $1::text, true), set_config('app.shipment_id', $2::text, true),
      set_config('app.supplier_id', $3::text, true), set_config('app.order_id', $4::text, true), set_config('app.order_line', $5::text, true)`,
    values: [
      orgId,
      supplier === undefined ? (shipmentId ?? '') : NO_SHIPMENT,
      supplier?.id ?? '',
      supplier?.orderId ?? '',
      supplier?.line ?? '',
    ],
  })
}

/** The same, as seen by one organisation: row-level security lets through what it may see and nothing else. */
export const asOrganisation = <T>(
  pool: Pool,
  viewer: Viewer,
  work: (tx: Tx) => Promise<T>,
  begin = 'begin',
): Promise<T> =>
  inTransaction(
    pool,
    async (tx) => {
      await speakAs(tx, viewer)
      return work(tx)
    },
    begin,
  )

/**
 * Whether a failure is the database's state rather than our statement's: out of reach, shutting down, out of
 * resources, a lock or a time that ran out. Such work is tried again, and is never a dead letter.
 */
export const isOutage = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/^(08|40|53|55|57|58|XX|25P0[34])/.test(code)) return true
  if (/^E[A-Z]+$/.test(code)) return true
  return code === '' && /timeout|terminated|closed|ended|not queryable|ECONN/i.test(error.message)
}

/** Whether a statement was broken off because it took longer than it may: SQLSTATE 57014. */
export const isTimedOut = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '57014'

/** Whether the statement's own values were refused: SQLSTATE classes 22 (data) and 23 (integrity). */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code)
