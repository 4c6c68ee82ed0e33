import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { isRunning } from '../../../server/store/embedded-process.ts'
import { migrate } from '../../../server/store/migrate.ts'
import { dataFolder, postmasterOf, start } from '../start/ground.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const verify = (dataDir: string) =>
  new Promise<{ code: number; said: string; complained: string }>((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir }
    const args = ['--import', 'tsx', 'server/verify-audit.ts']
    const child = execFile(process.execPath, args, { cwd: ROOT, env }, (_error, said, complained) =>
      resolve({ code: child.exitCode ?? -1, said, complained }),
    )
  })

it('the embedded database is checked while a server has it, and when none runs', async () => {
  const dataDir = await dataFolder()
  expect(await verify(dataDir)).toMatchObject({ code: 2, complained: expect.stringContaining('There is no database') })
  const database = await start(dataDir)
  await migrate(database.url)
  const empty = { code: 0, said: 'There is no entry in the audit yet.\n', complained: '' }
  expect(await verify(dataDir)).toEqual(empty)
  const postmaster = await postmasterOf(dataDir)
  expect(isRunning(postmaster)).toBe(true)
  await database.stop()
  expect(await verify(dataDir)).toEqual(empty)
  expect(isRunning(postmaster)).toBe(false)
})
