import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { isRunning } from '../../../server/store/embedded-process.ts'
import { afterwards, temporaryFolder } from './ground.ts'

const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

// Stands in for server/main.ts: says which signals it got, and stays until it gets one.
const main = `
const end = (why: string) => { console.log('ending', why); setTimeout(() => process.exit(7), 300) }
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(signal))
process.once('disconnect', () => end('disconnect'))
setInterval(() => undefined, 60_000)
console.log('up', process.pid)
`

const nothing = JSON.stringify({ lockfileVersion: 3, packages: {} })

/**
 * A clone of its own: the two scripts, a page of one line, the stand-in, and packages that need no install: its lock
 * file names none, and those that are used are lent one by one (a whole folder that is lent could be emptied by npm).
 */
const clone = async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'server/model'), { recursive: true })
  await mkdir(join(folder, 'dashboard'))
  for (const path of ['tsconfig.json', 'server/start.mjs', 'server/install.mjs'])
    await cp(here(path), join(folder, path))
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', scripts: { start: 'node server/start.mjs' } }),
  )
  await writeFile(join(folder, 'package-lock.json'), nothing)
  await mkdir(join(folder, 'node_modules'))
  await writeFile(join(folder, 'node_modules/.package-lock.json'), nothing)
  for (const name of ['vite', 'tsx']) await symlink(here(`node_modules/${name}`), join(folder, 'node_modules', name))
  await writeFile(join(folder, 'server/main.ts'), main)
  await writeFile(join(folder, 'dashboard/index.html'), '<script type="module" src="./page.ts"></script>')
  await writeFile(join(folder, 'dashboard/page.ts'), `document.title = 'first' as string`)
  return folder
}

const evaluate = async (folder: string, code: string) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: folder })
  return stdout
}

describe('installing', () => {
  const isInstalled = (folder: string) =>
    evaluate(folder, `import { isInstalled } from './server/install.mjs'; console.log(isInstalled())`)

  const thisMachine = { os: [process.platform], cpu: [process.arch] }
  const elsewhere = { os: ['aix'], cpu: ['ppc64'] }
  const wanted = {
    '': { name: 'zaitu' },
    'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' },
    'node_modules/here': { version: '1.0.0', optional: true, ...thisMachine },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, ...elsewhere },
  }
  const { '': _ourselves, 'node_modules/elsewhere': foreign, ...present } = wanted
  const asInstalled: [string, Record<string, unknown> | undefined, boolean][] = [
    ['all that runs here', present, true],
    ['no record, as after an install that was cut short', undefined, false],
    ['one too few', { 'node_modules/here': present['node_modules/here'] }, false],
    ['another version', { ...present, 'node_modules/one': { version: '1.0.1', integrity: 'sha512-one' } }, false],
    ['another content', { ...present, 'node_modules/one': { version: '1.0.0', integrity: 'sha512-two' } }, false],
    ['one too many', { ...present, 'node_modules/two': { version: '1.0.0' } }, false],
    ['those of another machine', { ...present, 'node_modules/elsewhere': foreign }, false],
  ]
  for (const [what, packages, fits] of asInstalled)
    it(`${fits ? 'is content with' : 'is due with'} ${what}`, async () => {
      const folder = await clone()
      await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }))
      await rm(join(folder, 'node_modules/.package-lock.json'))
      for (const name of ['one', 'two', 'here', 'elsewhere']) await mkdir(join(folder, 'node_modules', name))
      if (packages) await writeFile(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
      expect(await isInstalled(folder)).toBe(`${fits}\n`)
    })

  it('is due when a package was removed by hand', async () => {
    const folder = await clone()
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }))
    await writeFile(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }))
    expect(await isInstalled(folder)).toBe('false\n')
  })

  it('says which Node it needs', async () => {
    const said = await evaluate(
      here('.'),
      `import { tooOld } from './server/install.mjs'
       console.log(JSON.stringify(['18.20.1', '20.18.0', '20.19.0', '22.1.0'].map((version) => tooOld(version) ?? 'fits')))`,
    )
    expect(JSON.parse(said)).toEqual([
      'Zaitu needs Node.js 20.19 or newer, and this is 18.20.1. A current one: https://nodejs.org',
      'Zaitu needs Node.js 20.19 or newer, and this is 20.18.0. A current one: https://nodejs.org',
      'fits',
      'fits',
    ])
  })
})

describe('building the dashboard', () => {
  const build = (folder: string) =>
    evaluate(folder, `import { ensureBuilt } from './server/start.mjs'; await ensureBuilt()`)

  it('happens once, and again when a source has changed or a build was cut short', async () => {
    const folder = await clone()
    expect(await build(folder)).toBe('Building the dashboard …\n')
    expect((await stat(join(folder, 'dashboard/dist/index.html'))).isFile()).toBe(true)
    expect(await build(folder)).toBe('')
    await writeFile(join(folder, 'dashboard/page.ts'), `document.title = 'second' as string`)
    expect(await build(folder)).toBe('Building the dashboard …\n')
    await rm(join(folder, 'dashboard/dist/.built'))
    expect(await build(folder)).toBe('Building the dashboard …\n')
    await writeFile(join(folder, 'server/model/reading.ts'), 'export {}')
    expect(await build(folder)).toBe('Building the dashboard …\n')
    expect(await build(folder)).toBe('')
  })

  it('fails with what the builder said', async () => {
    const folder = await clone()
    await writeFile(join(folder, 'dashboard/page.ts'), `import './not-there.ts'`)
    await expect(build(folder)).rejects.toThrow('not-there.ts')
  })
})

describe.skipIf(process.platform === 'win32')('running the server', () => {
  const run = async (command: string[], environment: NodeJS.ProcessEnv = {}) => {
    const folder = await clone()
    const [program = '', ...args] = command
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, npm_lifecycle_event: '', ...environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    const ended = once(child, 'close')
    const pid = await vi.waitFor(
      () => {
        const match = /up (\d+)/.exec(said)
        if (!match) throw new Error(`not up: ${said}`)
        return Number(match[1])
      },
      { timeout: 30_000, interval: 20 },
    )
    afterwards(() => isRunning(pid) && process.kill(pid, 'SIGKILL'))
    const gone = () => vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000, interval: 20 })
    return { child, ended, gone, group: -(child.pid ?? 0), said: () => said.slice(said.indexOf('ending')) }
  }
  const directly = [process.execPath, 'server/start.mjs']

  it('passes a signal on and ends with the exit code of the server', async () => {
    const { child, ended, said } = await run(directly)
    child.kill('SIGTERM')
    expect(await ended).toEqual([7, null])
    expect(said()).toBe('ending SIGTERM\n')
  })

  it('passes Ctrl+C on once, though the terminal sends it to the group and npm sends it again', async () => {
    const { child, ended, group, said } = await run(directly)
    process.kill(group, 'SIGINT')
    child.kill('SIGINT')
    expect(await ended).toEqual([7, null])
    expect(said()).toBe('ending SIGINT\n')
  })

  it('leaves no server behind when it is killed', async () => {
    const { child, gone, ended, said } = await run(directly)
    child.kill('SIGKILL')
    await gone()
    await ended
    expect(said()).toBe('ending disconnect\n')
  })

  it('leaves no server behind when npm is killed', async () => {
    const { child, gone, ended, said } = await run(['npm', 'start'])
    child.kill('SIGKILL')
    await gone()
    await ended
    expect(said()).toBe('ending SIGTERM\n')
  })
})
