import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { freshDatabase } from '../../setup/database.ts'
import { freePort } from '../../setup/process.ts'
import { hold } from '../../setup/reap.ts'
import { root } from './compose.ts'

const dockerfile = readFileSync(`${root}server/Dockerfile`, 'utf8').replaceAll('\\\n', ' ')
const stages = dockerfile.split(/^FROM /m).slice(1)
const finalStage = stages.at(-1) ?? ''
const pageStage = stages.find((stage) => /^node AS dashboard$/m.test(stage)) ?? ''

/** What a stage copies out of the repository, and where to. */
const copies = (stage: string): { from: string; to: string }[] =>
  [...stage.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words = '']) => {
    const paths = words.split(/\s+/)
    const target = paths.pop() ?? ''
    return paths.map((from) => ({ from, to: target.endsWith('/') ? join(target, basename(from)) : target }))
  })
const words = (pattern: RegExp): string[] => JSON.parse(pattern.exec(finalStage)?.[1] ?? '[]')
const [, ...healthArgs] = words(/^HEALTHCHECK.* CMD (\[.+\])$/m)
const [program, ...args] = words(/^CMD (\[.+\])$/m)
const healthy = (env: NodeJS.ProcessEnv): Promise<boolean> =>
  once(spawn(process.execPath, healthArgs, { env, stdio: 'ignore' }), 'exit').then(([code]) => code === 0)

describe('server/Dockerfile', () => {
  const toEnd: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end()
  })

  /** A folder with what a stage copies, and the packages. */
  const folderOf = (stage: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'zaitu-image-'))
    toEnd.push(hold({ kind: 'folder', path: folder }))
    toEnd.push(() => rmSync(folder, { recursive: true, force: true }))
    for (const { from, to } of copies(stage)) {
      mkdirSync(dirname(join(folder, to)), { recursive: true })
      cpSync(join(root, from), join(folder, to), {
        recursive: true,
        filter: (path) => !/\/(dist|node_modules)$/.test(path),
      })
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return folder
  }

  it('copies only what is there, and what .dockerignore lets through', () => {
    const letThrough = (readFileSync(`${root}.dockerignore`, 'utf8').match(/^!.+$/gm) ?? []).map((line) =>
      line.slice(1),
    )
    const all = stages.flatMap(copies)
    expect(all.length).toBeGreaterThan(5)
    for (const { from } of all) {
      expect(existsSync(join(root, from)), from).toBe(true)
      expect(
        letThrough.some((path) => from === path || from.startsWith(`${path}/`)),
        from,
      ).toBe(true)
    }
  })

  it('stands on one Node, named to the last digit, that runs TypeScript as it is', () => {
    const bases = [...dockerfile.matchAll(/^FROM node:(\S+)/gm)].map(([, tag]) => tag)
    expect(new Set(bases).size).toBe(1)
    const [, major, minor] = /^(\d+)\.(\d+)\.\d+-bookworm-slim$/.exec(bases[0] ?? '') ?? []
    expect(Number(major) * 1_000 + Number(minor)).toBeGreaterThanOrEqual(22_018)
  })

  it('does not run as root', () => expect(finalStage).toMatch(/^USER node$/m))

  it('builds the page of what it copies for that', () => {
    const folder = folderOf(pageStage)
    const build = /^RUN node (\S+vite.js .+)$/m.exec(pageStage)?.[1]?.split(' ') ?? []
    const { status, stderr } = spawnSync(process.execPath, build, { cwd: folder, encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    expect(readdirSync(join(folder, 'dashboard/dist'))).toContain('index.html')
  })

  it('has every file that the service runs on, and a health check that tells ready from not', async () => {
    const folder = folderOf(finalStage)
    const database = await freshDatabase()
    toEnd.push(database.drop)
    const env = {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      PORT: String(await freePort()),
      MQTT_PORT: String(await freePort()),
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'warn',
      DEMO: 'false',
      ADMIN_PASSWORD: 'a person knows it',
    }
    expect(await healthy(env)).toBe(false)

    // the image's Node runs TypeScript as it is; the one that runs the tests may not
    const typescript = Reflect.get(process.features, 'typescript') ? [] : ['--import', 'tsx']
    expect(program).toBe('node')
    const child = spawn(process.execPath, [...typescript, ...args], { cwd: folder, env, stdio: 'pipe' })
    if (child.pid !== undefined) toEnd.push(hold({ kind: 'process', pid: child.pid }))
    toEnd.push(() => child.kill('SIGKILL'))
    const gone = once(child, 'exit')
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes))
    for (const until = Date.now() + 40_000; !(await healthy(env)); await sleep(50))
      if (child.exitCode !== null || Date.now() > until) throw new Error(`it did not become healthy:\n${said}`)
    await expect.poll(() => said, { timeout: 5_000 }).toContain('Sign in: admin@zaitu.local')

    child.kill('SIGTERM') // as `docker stop`
    expect((await gone)[0]).toBe(0)
    expect(await healthy(env)).toBe(false)
  })

  it('takes a server that answers but is not ready for unhealthy', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    toEnd.push(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    expect(await healthy({ PATH: process.env.PATH, PORT: port })).toBe(false)
  })

  it('leaves out packages of development only: the service imports none', () => {
    const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const { stdout } = spawnSync('git', ['grep', '-hE', "from '[^.']", '--', 'server/*.ts', 'simulators/*.ts'], {
      cwd: root,
      encoding: 'utf8',
    })
    const packages = stdout
      .split('\n')
      // SQL says `is distinct from 'ok'` too
      .filter((line) => /^(import|export|\}) /.test(line) && !/^(import|export) type /.test(line))
      .map((line) => /from '((?:@[^/']+\/)?[^/']+)/.exec(line)?.[1] ?? 'node:')
      .filter((name) => !name.startsWith('node:'))
    expect(new Set(packages).size).toBeGreaterThan(5)
    expect(packages.filter((name) => !(name in dependencies))).toEqual([])
  })
})
