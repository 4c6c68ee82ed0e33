// Plain JavaScript and nothing but Node's own modules: this runs before anything is installed, on any Node.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const readLock = (path) => JSON.parse(readFileSync(path, 'utf8')).packages

const runsHere = ({ os = [], cpu = [] }) => {
  const allows = (list, ours) =>
    list.length === 0 || (list.some((item) => item[0] === '!') ? !list.includes(`!${ours}`) : list.includes(ours))
  return allows(os, process.platform) && allows(cpu, process.arch)
}

/**
 * Whether what is installed in `folder` is what its lock file says. npm writes its own record last, so an install that
 * was cut short has none. Optional packages may be missing (those of other platforms are), and none may be of another.
 */
export const isInstalled = (folder = root) => {
  try {
    const { '': _ourselves, ...wanted } = readLock(join(folder, 'package-lock.json'))
    const present = readLock(join(folder, 'node_modules/.package-lock.json'))
    const same = ([path, { version, integrity }]) =>
      present[path]?.version === version && present[path]?.integrity === integrity
    return (
      Object.entries(wanted).every((entry) => same(entry) || (!present[entry[0]] && entry[1].optional)) &&
      Object.entries(present).every(([path, entry]) => wanted[path] && runsHere(entry)) &&
      Object.keys(present).every((path) => existsSync(join(folder, path)))
    )
  } catch {
    return false
  }
}

/** A sentence when this Node is too old, else undefined. */
export const tooOld = (version = process.versions.node) => {
  const [major, minor] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return undefined
  return `Zaitu needs Node.js 20.19 or newer, and this is ${version}. A current one: https://nodejs.org`
}

/** Runs a program of Node's in `root`, silently; resolves with its exit code and all it said. */
export const runQuietly = (args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(args[0], args.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said }))
  })

/** How npm is called: the one that called us, where one did. */
export const npm = () => {
  const called = process.env.npm_execpath ?? ''
  if (basename(called) === 'npm-cli.js' && existsSync(called)) return [process.execPath, called]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

/** Installs what the lock file names, unless that is what is there. Throws with what npm said of the matter. */
export const ensureInstalled = async () => {
  const sentence = tooOld()
  if (sentence) throw new Error(sentence)
  if (isInstalled()) return
  console.log('Installing the packages of package-lock.json …')
  const started = Date.now()
  // whatever NODE_ENV or .npmrc leave out: the database is an optional package, and the tests' tools are development's
  const flags = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error']
  const { code, said } = await runQuietly([...npm(), ...flags], { shell: process.platform === 'win32' })
  if (code !== 0) {
    // npm adds its usage and where its log lies; what matters comes first
    const matter = said.split(/^npm error (?:Clean install a project|A complete log)/m)[0]
    const lines = matter.split('\n').map((line) => line.replace(/^npm error ?/, '').trim())
    throw new Error(`npm ci failed:\n${lines.filter(Boolean).slice(0, 20).join('\n')}`)
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}
