// What `npm test`, `npm run bench` and `npm run chaos` run. Plain JavaScript and nothing but Node's own modules, as server/install.mjs.
//   node test/run.mjs                     everything
//   node test/run.mjs unit browser        only these steps; a path or an option is handed on to vitest
//   node test/run.mjs bench …             the bench, with its own arguments
//   node test/run.mjs chaos …             faults drawn by a seed, with its own arguments
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, npm, root, runQuietly } from '../server/install.mjs'
import { ensureBuilt } from '../server/start.mjs'

const SUITES = ['unit', 'integration', 'services', 'browser']
const STEPS = ['types', 'lint', 'audit', 'build', ...SUITES]
/** Longer than any step takes, so that something that hangs is named rather than waited for. */
const STEP_MS = 20 * 60_000

// takes away what is left when this process ends in whatever way, see test/setup/reaper.mjs
const reaper = spawn(process.execPath, [join(root, 'test/setup/reaper.mjs')], {
  detached: true,
  stdio: ['pipe', 'ignore', 'ignore'],
})
reaper.unref()
reaper.stdin.unref()
const tell = (line) => reaper.stdin.write(`${JSON.stringify(line)}\n`)

let interrupted = null
let current = null
const end = (signal) => {
  try {
    if (current !== null) process.kill(-current.pid, signal)
  } catch {
    // it has just ended by itself
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted ??= { signal, at: Date.now() }
    // npm passes on what the terminal has sent already: only a later one means "at once"
    if (Date.now() - interrupted.at > 1_000) end('SIGKILL')
    else end('SIGTERM')
    setTimeout(() => end('SIGKILL'), 15_000).unref()
  })
}

/** Runs Node in a process group of its own; resolves with the exit code, or what stands for one. */
const node = (args, { env = {}, limitMs = STEP_MS } = {}) =>
  new Promise((resolve, reject) => {
    if (interrupted !== null) return resolve(1)
    const child = spawn(process.execPath, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    current = child
    tell({ id: child.pid, kind: 'group', pid: child.pid })
    const limit = setTimeout(() => {
      console.error(`\nThis takes longer than ${limitMs / 60_000} minutes and is broken off.`)
      end('SIGKILL')
    }, limitMs)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      end('SIGKILL') // whatever a test has left in the group
      current = null
      tell({ id: child.pid })
      resolve(code ?? 128 + constants.signals[signal])
    })
  })

const folder = mkdtempSync(join(tmpdir(), 'zaitu-test-'))
tell({ id: 0, kind: 'folder', path: folder })
const notesFile = join(folder, 'notes')

const vitest = async (suite, passedOn) => {
  const report = join(folder, `${suite}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await node(
    [
      'node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', '--project', suite,
      '--passWithNoTests', ...reporters, ...passedOn,
    ],
    { env: { TEST_NOTES: notesFile } },
  ) // biome-ignore format: an option a word
  const counts = { passed: 0, failed: 0, skipped: 0 }
  if (existsSync(report)) {
    const { testResults, ...said } = JSON.parse(readFileSync(report, 'utf8'))
    counts.passed = said.numPassedTests
    // a file that broke before its tests were known counts as one
    const broken = testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    )
    counts.failed = said.numFailedTests + broken.length
    counts.skipped = said.numPendingTests + said.numTodoTests
  }
  // an error outside any test, or vitest itself did not come to its end
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return { ok: code === 0, counts }
}

/** What is known against the packages that a server runs with; a registry without that service is said at the end. */
const audit = async () => {
  const flags = ['audit', '--omit=dev', '--audit-level=high', '--json', '--fetch-retries=1', '--fetch-timeout=30000']
  const { code, said } = await runQuietly([...npm(), ...flags], {
    shell: process.platform === 'win32',
    timeout: 120_000,
  })
  let report = {}
  try {
    report = JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1))
  } catch {
    // npm said something else than a report
  }
  const counts = report.metadata?.vulnerabilities
  if (counts === undefined) {
    const reason = report.message ?? report.error?.summary ?? said.trim().split('\n')[0]
    const sentence = `the packages were not compared with what is known against them: ${reason}`
    appendFileSync(notesFile, `${JSON.stringify({ suite: 'audit', sentence, expected: false })}\n`)
    console.log(`NOT RUN: ${sentence}`)
    return { ok: true, skipped: true }
  }
  const serious = Object.values(report.vulnerabilities ?? {}).filter(({ severity }) =>
    /^(high|critical)$/.test(severity),
  )
  for (const { name, severity, range, via } of serious)
    console.log(`${severity}: ${name} ${range}: ${via.map((cause) => cause.title ?? cause).join('; ')}`)
  console.log(`${counts.total} known vulnerabilities, ${serious.length} of them high or critical`)
  return { ok: code === 0 && serious.length === 0 }
}

const build = async () => {
  if (!existsSync(join(root, 'dashboard/index.html'))) return { ok: true }
  try {
    await ensureBuilt()
    return { ok: true }
  } catch (error) {
    console.error(error.message)
    return { ok: false }
  }
}

const perform = async (step, passedOn) => {
  if (step === 'types') return { ok: (await node(['node_modules/typescript/bin/tsc', '--noEmit'])) === 0 }
  if (step === 'lint') return { ok: (await node(['node_modules/@biomejs/biome/bin/biome', 'ci', '.'])) === 0 }
  if (step === 'audit') return audit()
  if (step === 'build') return build()
  return vitest(step, passedOn)
}

const table = (results) => {
  const rows = results.map(({ step, ok, skipped, counts, ms }) => [
    step,
    skipped ? 'NOT RUN' : ok ? 'passed' : 'FAILED',
    ...(counts ? [counts.passed, counts.failed, counts.skipped] : ['', '', '']),
    `${(ms / 1000).toFixed(1)} s`,
  ])
  const cells = [['step', 'result', 'passed', 'failed', 'skipped', 'time'], ...rows].map((row) => row.map(String))
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  const line = (row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')
  return cells.map(line).join('\n')
}

const test = async (args) => {
  const asked = args.filter((arg) => STEPS.includes(arg))
  const passedOn = args.filter((arg) => !STEPS.includes(arg))
  const unknown = passedOn.filter((arg) => !arg.startsWith('-') && !arg.includes('/'))
  if (unknown.length > 0) {
    console.error(`There is no step ${unknown.join(', ')}. There are: ${STEPS.join(', ')}, bench, chaos.`)
    return 2
  }
  const steps = asked.length > 0 ? STEPS.filter((step) => asked.includes(step)) : STEPS
  const results = []
  for (const step of steps) {
    if (interrupted !== null) break
    console.log(`\n=== ${step} ===`)
    const started = Date.now()
    const { ok, skipped, counts } = await perform(step, passedOn)
    results.push({ step, ok, skipped, counts, ms: Date.now() - started })
  }
  const notes = existsSync(notesFile)
    ? readFileSync(notesFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
  const total = (key) => results.reduce((sum, { counts }) => sum + (counts?.[key] ?? 0), 0)
  const missing = process.env.CI ? notes.filter(({ expected }) => expected) : []
  const empty = steps.some((step) => SUITES.includes(step)) && total('passed') + total('failed') === 0

  console.log(`\n${table(results)}\n`)
  for (const { suite, sentence } of notes) console.log(`!!! NOT RUN (${suite}): ${sentence}`)
  if (missing.length > 0) console.log('!!! In CI on Debian as root all of that has to run: this is a failure.')
  if (empty) console.log('!!! No test was run at all: this is a failure.')
  if (interrupted !== null) console.log(`!!! Interrupted by ${interrupted.signal}.`)
  console.log(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`)
  if (interrupted !== null) return 128 + constants.signals[interrupted.signal]
  return results.every(({ ok }) => ok) && missing.length === 0 && !empty ? 0 : 1
}

const PROGRAMS = { bench: 'test/bench/bench.ts', chaos: 'test/chaos/main.ts' }
const program = (file, args) => {
  const typescript = process.features.typescript ? ['--disable-warning=ExperimentalWarning'] : ['--import', 'tsx']
  return node([...typescript, file, ...args], { limitMs: 2 * 3_600_000 })
}

try {
  await ensureInstalled()
  const [first, ...others] = process.argv.slice(2)
  const file = PROGRAMS[first]
  process.exitCode = file === undefined ? await test(process.argv.slice(2)) : await program(file, others)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
