import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // there, but somebody else's
  }
}

/**
 * What tells a process from a later one with the same number: the boot and the clock tick it started in; undefined
 * when there is none. A zombie counts as ended: in a container nobody may ever collect an orphan.
 */
export const processIdentity = (pid: number): string | undefined => {
  if (!isAlive(pid)) return undefined
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // the name, in brackets, may hold anything; then come state (field 3) … start time (field 22), see proc(5)
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
    }
    if (process.platform === 'win32') return 'running'
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return undefined // ended between the two looks
  }
}

/** Cheap enough for every few milliseconds. */
export const isRunning = (pid: number): boolean =>
  process.platform === 'linux' ? processIdentity(pid) !== undefined : isAlive(pid)

/** Resolves with whether the process was gone within `timeoutMs`. */
export const waitUntilGone = async (pid: number, timeoutMs: number): Promise<boolean> => {
  const end = Date.now() + timeoutMs
  while (isRunning(pid)) {
    if (Date.now() > end) return false
    await sleep(10)
  }
  return true
}

const read = (path: string) => readFile(path, 'utf8').catch(() => undefined)

/**
 * Makes `path` say that this process owns what lies beside it; the lock of a process that has ended is taken over.
 * Throws with a sentence when a live process still has it after `patienceMs` (it may be on its way out).
 */
export const takeLock = async (
  path: string,
  owned: string,
  patienceMs = 3_000,
): Promise<{ release(): Promise<void> }> => {
  const end = Date.now() + patienceMs
  const mine = `${process.pid}\n${processIdentity(process.pid)}\n`
  const draft = `${path}.${process.pid}`
  for (;;) {
    await writeFile(draft, mine, { mode: 0o644 })
    // link() is atomic and refuses an existing name, so the lock never exists half-written
    const taken = await link(draft, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw new Error(`Cannot write the lock file ${path}: ${error.message}`)
      },
    )
    await rm(draft, { force: true })
    if (taken) return { release: async () => ((await read(path)) === mine ? rm(path, { force: true }) : undefined) }

    const theirs = await read(path)
    if (theirs === undefined) continue
    const [pid = '', identity] = theirs.split('\n')
    if (Number(pid) > 0 && processIdentity(Number(pid)) === identity) {
      if (Date.now() > end)
        throw new Error(`Another Zaitu server (process ${pid}) is already using ${owned}. Stop it, or set DATA_DIR.`)
      await sleep(50)
      continue
    }
    const aside = `${draft}.stale`
    const moved = await rename(path, aside).then(
      () => true,
      () => false,
    )
    // two servers may find the same stale lock: whoever moved the other's new one away puts it back
    if (moved && (await read(aside)) !== theirs) await link(aside, path).catch(() => undefined)
    await rm(aside, { force: true })
  }
}
