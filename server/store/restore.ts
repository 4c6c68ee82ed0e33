import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chown, mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, normalize, resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import type { Logger } from '../log.ts'
import { countRows, LABEL, MANIFEST, thisPlatform } from './backup.ts'
import { startEmbeddedPostgres } from './embedded.ts'
import { syncCluster } from './embedded-cluster.ts'
import { findHome, type Home } from './embedded-home.ts'
import { takeLock } from './embedded-process.ts'
import { BLOCK, padding, readHeader } from './tar.ts'

const Label = z.object({
  postgres: z.string(),
  platform: z.string(),
  madeAt: z.string(),
  sha256: z.string(),
  rows: z.record(z.string(), z.number()),
})
type Label = z.infer<typeof Label>
/** PostgreSQL's backup manifest, as far as it is looked at. */
const Manifest = z.object({
  Files: z.array(z.object({ Path: z.string(), Size: z.number(), Checksum: z.string() })),
})

/** Gives out exact numbers of bytes of a stream; null at its end. */
const createTaker = (source: AsyncIterable<Buffer>) => {
  const chunks = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  /** At most `most` bytes of what is next. */
  const some = async (most: number): Promise<Buffer | null> => {
    while (rest.length === 0) {
      const next = await chunks.next()
      if (next.done === true) return null
      rest = next.value
    }
    const taken = rest.subarray(0, most)
    rest = rest.subarray(taken.length)
    return taken
  }
  const exactly = async (length: number): Promise<Buffer | null> => {
    const parts: Buffer[] = []
    for (let missing = length; missing > 0; ) {
      const part = await some(missing)
      if (part === null) return null
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts)
  }
  return { some, exactly }
}

const damaged = (what: string): Error => new Error(`The backup is damaged or incomplete: ${what}.`)

/** Where in `folder` a file of the archive belongs. Throws for one that would lie outside. */
const placeOf = (folder: string, name: string): string => {
  const path = normalize(name)
  if (path.startsWith('..') || path.startsWith('/') || path.includes('\0')) throw damaged(`it names ${name}`)
  return join(folder, path)
}

/** Unpacks into `folder`, and compares each file with the manifest and everything with the label. */
const unpack = async (file: string, folder: string, home: Home): Promise<Label> => {
  const own = async (path: string) => (home.account ? chown(path, home.account.uid, home.account.gid) : undefined)
  const gunzip = createGunzip()
  const reading = createReadStream(file)
  reading.on('error', (error) => gunzip.destroy(error))
  const taker = createTaker(reading.pipe(gunzip))
  const overall = createHash('sha256')
  const there = new Map<string, { size: number; sha256: string }>()
  let manifest: Buffer | undefined
  while (true) {
    const block = await taker.exactly(BLOCK)
    if (block === null) throw damaged('it ends too early')
    const member = readHeader(block)
    const isOurs = member?.name === MANIFEST || member?.name === LABEL
    if (member?.name !== LABEL) overall.update(block)
    if (member === null) continue
    if (isOurs) {
      const bytes = await taker.exactly(member.size)
      const filler = await taker.exactly(padding(member.size))
      if (bytes === null || filler === null) throw damaged('it ends too early')
      if (member.name === MANIFEST) {
        overall.update(bytes).update(filler)
        manifest = bytes
        continue
      }
      const label = Label.parse(JSON.parse(bytes.toString('utf8')))
      if (label.sha256 !== overall.digest('hex')) throw damaged('its SHA-256 is another one')
      for (const { Path, Size, Checksum } of Manifest.parse(JSON.parse(manifest?.toString('utf8') ?? '')).Files) {
        const found = there.get(Path)
        if (found?.size !== Size || found.sha256 !== Checksum) throw damaged(`${Path} is not what was backed up`)
      }
      reading.destroy()
      gunzip.destroy()
      return label
    }
    const path = placeOf(folder, member.name)
    if (member.isFolder) {
      await mkdir(path, { recursive: true, mode: 0o700 })
      await own(path)
      continue
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    const out = await open(path, 'wx', 0o600)
    try {
      for (let missing = member.size; missing > 0; ) {
        const part = await taker.some(missing)
        if (part === null) throw damaged('it ends too early')
        overall.update(part)
        hash.update(part)
        await out.writeFile(part)
        missing -= part.length
      }
    } finally {
      await out.close()
    }
    const filler = await taker.exactly(padding(member.size))
    if (filler === null) throw damaged('it ends too early')
    overall.update(filler)
    await own(path)
    there.set(normalize(member.name), { size: member.size, sha256: hash.digest('hex') })
  }
}

/**
 * Makes the embedded database of `dataDir`, which must have none yet, out of a backup; starts it once, which brings it
 * to the moment at which the backup ended, and counts its rows. Nothing is left behind when the backup is damaged, or
 * when it is cut short. Answers the label, and the rows that are there now.
 */
export const restoreBackup = async ({
  file,
  dataDir,
  log,
}: {
  file: string
  dataDir: string
  log: Logger
}): Promise<{ label: Label; rows: Record<string, number> }> => {
  const folder = resolve(dataDir)
  await mkdir(folder, { recursive: true })
  const lock = await takeLock(join(folder, 'server.lock'), folder)
  let label: Label
  try {
    const home = await findHome(folder, log)
    if (await stat(home.cluster).catch(() => undefined))
      throw new Error(`There is a database in ${home.cluster} already: move it away, or set another DATA_DIR.`)
    // removed at the next start when we are killed (createCluster)
    const draft = await mkdtemp(join(home.directory, 'postgres.new-'))
    try {
      if (home.account) await chown(draft, home.account.uid, home.account.gid)
      const fresh = join(draft, 'cluster')
      await mkdir(fresh, { mode: 0o700 })
      if (home.account) await chown(fresh, home.account.uid, home.account.gid)
      label = await unpack(file, fresh, home)
      const [theirs, ours] = [label.postgres, home.version].map((version) => version.split('.')[0])
      if (theirs !== ours || label.platform !== thisPlatform)
        throw new Error(
          `The backup is of PostgreSQL ${theirs} on ${label.platform}; here is PostgreSQL ${ours} on ${thisPlatform}.`,
        )
      await syncCluster(home, fresh)
      await rename(fresh, home.cluster)
      const parent = await open(home.directory)
      await parent.sync().finally(() => parent.close())
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  } finally {
    await lock.release()
  }
  const database = await startEmbeddedPostgres({ dataDir: folder, log })
  try {
    return { label, rows: (await countRows(database.url)).rows }
  } finally {
    await database.stop()
  }
}
