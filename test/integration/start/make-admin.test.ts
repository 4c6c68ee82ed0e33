import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { expect, it } from 'vitest'
import { makeFirstAdmin } from '../../../server/store/first-admin.ts'
import { acceptInvitation, lookAtInvitation } from '../../../server/store/invitations.ts'
import { inTransaction, openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase } from '../../setup/database.ts'
import { afterwards, dataFolder, start } from './ground.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const log = pino({ level: 'silent' })

const makeAdmin = (environment: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; said: string; complained: string; token: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', join('server', 'make-admin.ts'), ...args],
      { cwd: ROOT, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment } },
      (_error, said, complained) => {
        const token = /\/welcome#([\w-]{43})$/m.exec(said)?.[1] ?? ''
        resolve({ code: child.exitCode ?? -1, said, complained, token })
      },
    )
  })

const open = (url: string): Pool => {
  const owner = openPool(url, { role: 'owner', max: 2, log })
  afterwards(() => owner.end())
  return owner
}

it('invites an administrator of a new organisation, and lets one back in who is there', async () => {
  const database = await freshDatabase()
  afterwards(database.drop)
  const owner = open(database.url)
  await expect(makeFirstAdmin(owner, { ORGANISATION: 'x', ADMIN_PASSWORD: 'password1234' })).rejects.toThrow(
    'ADMIN_PASSWORD cannot be used: This password is among the first that are guessed',
  )
  const settings = { DATABASE_URL: database.url, PUBLIC_URL: 'https://zaitu.example' }
  const asked = ['--email', 'Boss@Operator.example', '--organisation', 'Operator', '--kind', 'operator']
  const first = await makeAdmin(settings, ...asked)
  expect(first).toMatchObject({ code: 0, complained: '' })
  expect(first.said).toContain(`https://zaitu.example/welcome#${first.token}\n`)
  expect(await lookAtInvitation(owner, first.token)).toMatchObject({
    email: 'boss@operator.example',
    organisation: 'Operator',
    purpose: 'invitation',
  })
  // the first start makes nobody beside
  expect(await makeFirstAdmin(owner, { ORGANISATION: 'x' })).toBeNull()

  const again = await makeAdmin(settings, ...asked)
  expect(await lookAtInvitation(owner, first.token)).toBeNull()
  await inTransaction(owner, (tx) => acceptInvitation(tx, again.token, { name: null, passwordHash: 'x' }))
  await owner.query(`update people set role = 'viewer', disabled_at = now()`)
  const reset = await makeAdmin(settings, '--email', 'boss@operator.example', '--organisation', 'operator')
  expect(await lookAtInvitation(owner, reset.token)).toMatchObject({ purpose: 'reset' })
  const { rows } = await owner.query(
    'select p.role, p.disabled_at, o.name, o.kind from people p join organisations o on o.id = p.org_id',
  )
  expect(rows).toEqual([{ role: 'admin', disabled_at: null, name: 'Operator', kind: 'operator' }])
  expect((await owner.query('select count(*)::int as n from organisations')).rows).toEqual([{ n: 1 }])

  for (const [reason, ...args] of [
    ['account of another organisation', '--email', 'boss@operator.example', '--organisation', 'Elsewhere'],
    ['there already, as a operator', '--email', 'a@b.example', '--organisation', 'Operator', '--kind', 'buyer'],
    ['--email', '--email', 'nobody', '--organisation', 'Operator'],
    ['--organisation', '--email', 'a@b.example'],
  ]) {
    const refused = await makeAdmin(settings, ...args)
    expect([reason, refused.code, refused.said]).toEqual([reason, 1, ''])
    expect(refused.complained).toContain(reason)
  }
})

it('works on the embedded database, before the first start and beside a server that runs', async () => {
  const dataDir = await dataFolder()
  const asked = ['--email', 'boss@company.example', '--organisation', 'Company']
  const before = await makeAdmin({ DATA_DIR: dataDir, PORT: '3456' }, ...asked)
  expect(before).toMatchObject({ code: 0 })
  expect(before.said).toContain(`http://localhost:3456/welcome#${before.token}\n`)
  const { url } = await start(dataDir)
  const beside = await makeAdmin({ DATA_DIR: dataDir }, ...asked)
  expect(beside).toMatchObject({ code: 0 })
  const owner = openPool(url, { role: 'owner', max: 1, log })
  expect(await lookAtInvitation(owner, before.token)).toBeNull()
  expect(await lookAtInvitation(owner, beside.token)).toMatchObject({ organisation: 'Company' })
  await owner.end()
})
