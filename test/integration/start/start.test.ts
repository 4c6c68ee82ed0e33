import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
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

/** A clone of its own: the two scripts, the packages, a page of one line, and the stand-in. */
const clone = async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'server/model'), { recursive: true })
  await mkdir(join(folder, 'dashboard'))
  for (const path of ['package.json', 'package-lock.json', 'tsconfig.json', 'server/start.mjs', 'server/install.mjs'])
    await cp(here(path), join(folder, path))
  await symlink(here('node_modules'), join(folder, 'node_modules'))
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

  it('finds what the lock file names, and sees when there is nothing, less, or another version', async () => {
    const folder = await clone()
    expect(await isInstalled(folder)).toBe('true\n')
    const lock = await readFile(join(folder, 'package-lock.json'), 'utf8')
    const other = JSON.parse(lock)
    other.packages['node_modules/zod'].version = '0.0.1'
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(other))
    expect(await isInstalled(folder)).toBe('false\n')
    const more = JSON.parse(lock)
    more.packages['node_modules/one-more'] = { version: '1.0.0' }
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(more))
    expect(await isInstalled(folder)).toBe('false\n')
    await writeFile(join(folder, 'package-lock.json'), lock)
    await rm(join(folder, 'node_modules'))
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
