import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { streamBaseBackup } from './base-backup.ts'
import { BLOCK, fileInTar } from './tar.ts'

/** The two files that follow the cluster's own in a backup. */
export const MANIFEST = 'zaitu/backup_manifest'
export const LABEL = 'zaitu/backup.json'

/** What a backup says of itself: the last file in it, so that one that was cut short has none. */
export type Label = {
  postgres: string
  platform: string
  madeAt: string
  /** SHA-256 of all that comes before this file, uncompressed */
  sha256: string
  /** rows of each table when the backup began */
  rows: Record<string, number>
}

export const thisPlatform = `${process.platform}-${process.arch}`

/** Rows of each of our tables at one moment; reads all of their pages, and so their checksums. */
export const countRows = async (url: string): Promise<{ version: string; rows: Record<string, number> }> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // the query that waits tells
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const { rows: tables } = await client.query<{ name: string; version: string }>(
      `select quote_ident(c.relname) as name, current_setting('server_version') as version from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    )
    const rows: Record<string, number> = {}
    for (const { name } of tables) {
      const { rows: counted } = await client.query<{ count: string }>(`select count(*) from ${name}`)
      rows[name] = Number(counted[0]?.count)
    }
    return { version: tables[0]?.version ?? '', rows }
  } finally {
    await client.end()
  }
}

/**
 * Writes the embedded database at `url` to `file` (a tar, gzipped), while it runs. It is there whole or not at all: it
 * grows as `file`.part, and gets its name when it is on disk. Answers its label and its size in bytes.
 */
export const writeBackup = async (url: string, file: string): Promise<Label & { bytes: number }> => {
  const madeAt = new Date().toISOString()
  const { version: postgres, rows } = await countRows(url)
  const hash = createHash('sha256')
  let label: Label | undefined
  const hashed = (bytes: Buffer): Buffer => {
    hash.update(bytes)
    return bytes
  }
  async function* all(): AsyncGenerator<Buffer> {
    const manifest: Buffer[] = []
    for await (const { of, bytes } of streamBaseBackup(url))
      if (of === 'manifest') manifest.push(bytes)
      else yield hashed(bytes)
    if (manifest.length === 0) throw new Error('the database sent no manifest')
    yield hashed(fileInTar(MANIFEST, Buffer.concat(manifest)))
    label = { postgres, platform: thisPlatform, madeAt, sha256: hash.digest('hex'), rows }
    yield fileInTar(LABEL, Buffer.from(JSON.stringify(label, null, 2)))
    yield Buffer.alloc(2 * BLOCK)
  }
  const part = `${file}.part`
  try {
    await pipeline(all, createGzip({ level: 3 }), createWriteStream(part, { mode: 0o600, flush: true }))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  if (label === undefined) throw new Error('the backup has no label')
  const made = await open(file)
  const { size } = await made.stat().finally(() => made.close())
  return { ...label, bytes: size }
}
