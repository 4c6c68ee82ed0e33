// What `npm start` runs: installs and builds what is missing, then runs server/main.ts until it ends.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled, root, runQuietly } from './install.mjs'

// all that the built page depends on; its packages are in the lock file
const sources = ['dashboard', 'server/model', 'server/broker/topic.ts', 'package-lock.json', 'tsconfig.json']
const ignored = new Set(['dist', 'node_modules', '.vite'])

const filesOf = (path) => {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  const names = readdirSync(full).sort()
  return names.filter((name) => !ignored.has(name)).flatMap((name) => filesOf(`${path}/${name}`))
}

const sourceHash = () => {
  const hash = createHash('sha256')
  for (const path of sources.flatMap(filesOf)) hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

/** Builds the dashboard unless the one in dashboard/dist was made of the present sources. */
export const ensureBuilt = async () => {
  const stamp = join(root, 'dashboard/dist/.built')
  const hash = sourceHash()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  console.log('Building the dashboard …')
  // vite empties dist first, and the stamp is written last: a build that was cut short is made again
  const { code, said } = await runQuietly([process.execPath, 'node_modules/vite/bin/vite.js', 'build', 'dashboard'])
  if (code !== 0) throw new Error(`The dashboard does not build:\n${said.trim()}`)
  writeFileSync(stamp, hash)
}

const parentOf = (pid) => {
  if (pid === process.pid) return process.ppid
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8') // proc(5): after the name in brackets come state and parent
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/**
 * Calls `ended` when the npm that started us is gone. A shell stands between us, which passes no signal on: without
 * this, a killed `npm start` would leave the server behind.
 */
const watchNpm = (ended) => {
  if (!process.env.npm_lifecycle_event) return
  let [child, npm] = [process.pid, process.ppid]
  const isNpm = (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('npm')
  try {
    if (!isNpm(npm)) [child, npm] = [npm, parentOf(npm)]
    if (!isNpm(npm)) return
  } catch {
    // No /proc: our own parent is all we can see.
    ;[child, npm] = [process.pid, process.ppid]
  }
  const look = () => {
    try {
      if (parentOf(child) === npm) return
    } catch {
      // the shell has ended as well
    }
    clearInterval(timer)
    ended()
  }
  const timer = setInterval(look, 250)
  timer.unref()
}

/** Runs server/main.ts and resolves with its exit code. */
const serve = () =>
  new Promise((resolve, reject) => {
    const typescript = process.features.typescript
      ? ['--disable-warning=ExperimentalWarning']
      : ['--import', import.meta.resolve('tsx')]
    const windows = process.platform === 'win32'
    // A group of its own, so that Ctrl+C reaches it once, through us: npm passes the terminal's signal on as well, and
    // a second one means "at once". The channel tells it when we are killed and can pass nothing on.
    const child = spawn(process.execPath, [...typescript, 'server/main.ts'], {
      cwd: root,
      detached: !windows,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { NODE_COMPILE_CACHE: join(root, '.cache/compiled'), ...process.env },
    })
    let last = 0
    const pass = (signal) => {
      if (Date.now() - last < 1_000) return
      last = Date.now()
      child.kill(signal)
    }
    if (!windows) {
      process.on('SIGINT', () => pass('SIGINT'))
      process.on('SIGTERM', () => pass('SIGTERM'))
      process.on('SIGHUP', () => pass('SIGTERM')) // the terminal was closed
    } else process.on('SIGINT', () => undefined) // the console tells the child itself; we wait for it
    watchNpm(() => pass('SIGTERM'))
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })

const startedAsProgram = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (startedAsProgram) {
  try {
    await ensureInstalled()
    await ensureBuilt()
    process.exitCode = await serve()
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
