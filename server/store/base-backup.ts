import { Readable } from 'node:stream'
import pg from 'pg'

/** A piece of a base backup: a tar archive of the cluster, and after it the manifest that lists its files. */
export type Piece = { of: 'archive' | 'manifest'; bytes: Buffer }

const QUESTION = `BASE_BACKUP (label 'zaitu', checkpoint 'fast', wal true, manifest 'yes', manifest_checksums 'SHA256')`
/** As much as waits for its reader, pieces of some ten kB. */
const WAITING = 64

type Connection = { query(text: string): void; stream: { pause(): void; resume(): void } }

/**
 * The whole cluster as it is at one moment, asked of the running database over the replication protocol (PostgreSQL
 * manual, Streaming Replication Protocol, BASE_BACKUP), so that writing goes on meanwhile. Slow reading slows the
 * database's sending, nothing else. Fails when the database goes away before the end.
 */
export async function* streamBaseBackup(url: string): AsyncGenerator<Piece> {
  const address = new URL(url)
  address.searchParams.set('replication', 'true')
  const client = new pg.Client({ connectionString: address.href, connectionTimeoutMillis: 10_000 })
  let connection: Connection | undefined
  const pieces = new Readable({ objectMode: true, highWaterMark: WAITING, read: () => connection?.stream.resume() })
  client.on('error', (error) => pieces.destroy(error))
  await client.connect()

  let of: Piece['of'] = 'archive'
  const nothing = (): void => undefined
  client.query({
    submit(its: Connection) {
      connection = its
      its.query(QUESTION)
    },
    handleRowDescription: nothing,
    handleDataRow: nothing,
    handleCommandComplete: nothing,
    handleEmptyQuery: nothing,
    handleCopyData({ chunk }: { chunk: Buffer }) {
      const kind = String.fromCharCode(chunk[0] ?? 0)
      if (kind === 'm') of = 'manifest'
      // a copy: the driver uses its buffer again
      if (kind === 'd' && !pieces.push({ of, bytes: Buffer.from(chunk.subarray(1)) })) connection?.stream.pause()
    },
    handleReadyForQuery: () => void pieces.push(null),
    handleError: (error: Error) => void pieces.destroy(error),
  })
  try {
    for await (const piece of pieces) yield piece
  } finally {
    connection?.stream.resume()
    await client.end()
  }
}
