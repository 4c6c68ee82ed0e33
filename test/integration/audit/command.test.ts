import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startService } from '../http/service.ts'
import { type Ground, openGround } from './ground.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
let ground: Ground
let folder: string
let file: string
let org: string
beforeAll(async () => {
  ground = await openGround()
  folder = await mkdtemp(join(tmpdir(), 'zaitu-audit-'))
  file = join(folder, 'export.jsonl')
  const service = await startService()
  const admin = await service.signIn(service.one.email.admin)
  for (const name of ['a', 'b', 'c', 'd'])
    await admin.ask('POST', '/sites', { name: `${name} 上海`, lat: 1, lon: 2.5, radiusMetres: 100 })
  const answer = await admin.ask('GET', '/audit/export')
  expect(answer.headers['content-type']).toBe('application/jsonl; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('no-store')
  await writeFile(file, answer.body)
  org = service.one.id
  await service.close()
})
afterAll(async () => {
  await ground.close()
  await rm(folder, { recursive: true })
})

const verify = (...args: string[]) =>
  new Promise<{ code: number; said: string; complained: string }>((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: ground.url }
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'server/verify-audit.ts', ...args],
      { cwd: ROOT, env },
      (_error, said, complained) => resolve({ code: child.exitCode ?? -1, said, complained }),
    )
  })

describe('npm run verify-audit', () => {
  it('says of every organisation in the database that its chain is sound, or where it breaks', async () => {
    expect(await verify()).toMatchObject({ code: 0, said: 'There is no entry in the audit yet.\n' })
    const [sound, broken] = [await ground.chain(3), await ground.chain(3)]
    expect((await verify()).code).toBe(0)
    await ground.owner.query('delete from audit where org_id = $1 and seq = 2', [broken])
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toMatch(new RegExp(`^sound    x \\(${sound}\\): 3 entries`, 'm'))
    expect(said).toMatch(
      new RegExp(
        `^BROKEN   x \\(${broken}\\): entry 2 \\(after 20\\d\\d-\\S+Z, before 20\\d\\d-\\S+Z\\) is missing`,
        'm',
      ),
    )
  })

  const edited = async (edit: (lines: string[]) => string[]) => {
    const path = join(folder, 'edited.jsonl')
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(path, `${edit(lines).join('\n')}\n`)
    return verify('--file', path)
  }

  it('checks an export without a database', async () => {
    const { code, said } = await edited((lines) => lines)
    expect([code, said]).toEqual([0, expect.stringContaining(`(${org}): 5 entries`)])
  })

  const swap = (lines: string[]) => [lines[0], lines[2], lines[1], ...lines.slice(3)].map(String)
  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a changed line', (l) => l.map((line) => line.replace('"b 上海"', '"x"')), /entry 3 \(20\S+Z\) was changed/],
    ['a field more', (l) => l.map((line, i) => (i === 1 ? line.replace('{', '{"x":1,') : line)), /entry 2 .* changed/],
    ['a line that is gone', (l) => l.toSpliced(2, 1), /entry 3 .* is missing/],
    ['a line twice', (l) => l.toSpliced(2, 0, String(l[1])), /entry 2 .* was inserted/],
    ['lines in another order', swap, /entry 2 .* is missing/],
    ['a cut end', (l) => l.slice(0, 4), /entry 5 .* is missing: the export ends without its head/],
    ['a removed end', (l) => l.toSpliced(4, 1), /entry 5 .* is missing: the chain ends at 5/],
    [
      'half a line',
      (l) => [...l.slice(0, 3), String(l[3]).slice(0, 40)],
      /entry 4 .* changed: the line can not be read/,
    ],
  ])('finds in an export %s', async (_what, edit, sentence) => {
    const { code, said } = await edited(edit)
    expect([code, said]).toEqual([1, expect.stringMatching(sentence)])
  })

  it('compares with heads that were published', async () => {
    const heads = join(folder, 'heads.jsonl')
    const written = await readFile(file, 'utf8')
    const { head } = JSON.parse(written.trimEnd().split('\n').at(-1) ?? '')
    await writeFile(heads, `${JSON.stringify(head)}\n`)
    expect((await verify('--file', file, '--heads', heads)).code).toBe(0)
    await writeFile(heads, `${JSON.stringify({ ...head, hash: '7'.repeat(64) })}\n`)
    const { code, said } = await verify('--file', file, '--heads', heads)
    expect([code, said]).toEqual([1, expect.stringMatching(/entry 5 .* has another hash/)])
  })

  it('says what it could not do, and ends with 2', async () => {
    const nothing = join(folder, 'nothing')
    expect(await verify('--file', nothing)).toMatchObject({ code: 2, complained: expect.stringContaining(nothing) })
    expect(await verify('--file', join(ROOT, 'package.json'))).toMatchObject({ code: 2, said: '' })
    expect((await verify('--nonsense')).code).toBe(2)
  })
})
