import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { writeBackup } from '../../../server/store/backup.ts'
import { migrate } from '../../../server/store/migrate.ts'
import { restoreBackup } from '../../../server/store/restore.ts'
import { afterwards, ask, dataFolder, homeOf, kill, postmasterOf, quiet, start, temporaryFolder } from './ground.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** `npm run backup` or `restore`, as the package says they are. */
const command = (name: 'backup' | 'restore', dataDir: string, file: string) => {
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir }
  const child = spawn(process.execPath, ['--import', 'tsx', `server/${name}.ts`, file], { cwd: root, env })
  let said = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (said += chunk))
  afterwards(() => child.kill('SIGKILL'))
  return { child, ended: once(child, 'exit').then(([code]) => ({ code, said })) }
}
const numbers = async (url: string): Promise<number[]> =>
  (await ask(url, 'select n from note order by n')).map(({ n }) => n)

/** Writes one row after the other, each committed, until `stop`, which answers the last one. */
const writer = async (url: string) => {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('create table note (n integer primary key, filler text)')
  let last = 0
  let isOn = true
  const going = (async () => {
    while (isOn) {
      await client.query(`insert into note values ($1::integer, repeat(md5(($1::integer)::text), 50))`, [last + 1])
      last++
    }
  })()
  return {
    last: () => last,
    stop: async () => {
      isOn = false
      await going
      await client.end()
      return last
    },
  }
}

describe('a backup of the embedded database', { timeout: 120_000 }, () => {
  it('is of one moment while others write, and is the same database again, migrations, passwords and all', async () => {
    const from = await dataFolder()
    const { url } = await start(from)
    await migrate(url)
    const writing = await writer(url)
    await expect.poll(writing.last).toBeGreaterThan(100)
    const file = join(await temporaryFolder(), 'copy.tar.gz')
    const before = writing.last()
    const { code, said } = await command('backup', from, file).ended
    const after = await writing.stop()
    expect([code, said]).toEqual([0, expect.stringMatching(/rows in \d+ tables/)])
    expect((await stat(file)).mode & 0o777).toBe(0o600)

    const to = await dataFolder()
    const restored = await command('restore', to, file).ended
    expect([restored.code, restored.said]).toEqual([
      0,
      expect.stringMatching(/note +\d+ when the backup began, \d+ now/),
    ])
    const again = await start(to)
    const found = await numbers(again.url)
    expect(found).toEqual(Array.from({ length: found.length }, (_, i) => i + 1))
    expect(found.length).toBeGreaterThanOrEqual(before)
    expect(found.length).toBeLessThanOrEqual(after)
    const migrations = 'select count(*) from schema_migrations'
    expect(await ask(again.url, migrations)).toEqual(await ask(url, migrations))
    // it goes on from there
    await ask(again.url, 'insert into note values (1000000)')
    process.stdout.write(`backup: ${before} rows before, ${found.length} in it, ${after} when it was done\n`)
  })

  it('that is damaged or cut short is refused and leaves nothing behind; nor is a database written over', async () => {
    const { url } = await start(await dataFolder())
    await ask(url, 'create table note (n integer); insert into note values (1)')
    const folder = await temporaryFolder()
    const good = join(folder, 'good.tar.gz')
    const { rows } = await writeBackup(url, good)
    expect(rows).toEqual({ note: 1 })
    const bytes = await readFile(good)
    const to = await dataFolder()
    for (const [name, change] of [
      ['flipped', (copy: Buffer) => copy.writeUInt8((copy[copy.length >> 1] ?? 0) ^ 0x10, copy.length >> 1)],
      ['cut', null],
    ] as const) {
      const bad = join(folder, name)
      const copy = Buffer.from(bytes)
      change?.(copy)
      await writeFile(bad, copy)
      if (change === null) await truncate(bad, copy.length - 200)
      await expect(restoreBackup({ file: bad, dataDir: to, log: quiet }), name).rejects.toThrow(/./)
      expect((await readdir(await homeOf(to))).filter((entry) => entry.startsWith('postgres'))).not.toContain(
        'postgres',
      )
    }
    const { rows: there } = await restoreBackup({ file: good, dataDir: to, log: quiet })
    expect(there).toEqual({ note: 1 })
    await expect(restoreBackup({ file: good, dataDir: to, log: quiet })).rejects.toThrow('There is a database in')
  })

  it('is not there when the database is killed while it is made', async () => {
    const from = await dataFolder()
    const { url } = await start(from)
    await ask(url, `create table note as select n, repeat(md5(n::text), 60) from generate_series(1, 50000) n`)
    const file = join(await temporaryFolder(), 'copy.tar.gz')
    const { ended } = command('backup', from, file)
    const growing = () =>
      stat(`${file}.part`).then(
        ({ size }) => size,
        () => 0,
      )
    await expect.poll(growing, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0)
    await kill(await postmasterOf(from))
    expect(await ended).toMatchObject({ code: 1, said: expect.stringMatching(/^There is no backup: /) })
    expect(await readdir(join(file, '..'))).toEqual([])
  })

  it('can be restored again after the first attempt was killed', async () => {
    const { url } = await start(await dataFolder())
    await ask(url, `create table note as select n from generate_series(1, 1000) n`)
    const file = join(await temporaryFolder(), 'copy.tar.gz')
    await writeBackup(url, file)
    const to = await dataFolder()
    const first = command('restore', to, file)
    const drafts = async () =>
      (await readdir(await homeOf(to)).catch(() => [])).filter((name) => name.startsWith('postgres.new-'))
    while ((await drafts()).length === 0) await sleep(2)
    first.child.kill('SIGKILL')
    await first.ended
    const { rows } = await restoreBackup({ file, dataDir: to, log: quiet })
    expect(rows).toEqual({ note: 1000 })
    expect(await drafts()).toEqual([])
  })
})
