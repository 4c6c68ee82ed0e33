import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Something that must not outlive this process; `postgres` is whatever server runs on a data folder. */
export type Held =
  | { kind: 'process' | 'group'; pid: number }
  | { kind: 'postgres'; folder: string }
  | { kind: 'folder' | 'mount'; path: string }
  | { kind: 'container'; name: string }

let reaper: ChildProcess | undefined
let last = 0

const say = (line: object): void => {
  if (reaper === undefined) {
    const script = fileURLToPath(new URL('./reaper.mjs', import.meta.url))
    reaper = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    reaper.unref()
    if (reaper.stdin !== null && 'unref' in reaper.stdin && typeof reaper.stdin.unref === 'function')
      reaper.stdin.unref()
  }
  reaper.stdin?.write(`${JSON.stringify(line)}\n`)
}

/** From now on it is ended when this process ends, even by kill -9. The answer lets go of it, when it has been ended. */
export const hold = (thing: Held): (() => void) => {
  last += 1
  const id = last
  say({ id, ...thing })
  return () => say({ id })
}

/** A new folder under `parent` that is removed with this process at the latest. */
export const temporaryFolder = (parent: string): { path: string; remove(): void } => {
  const path = mkdtempSync(join(parent, 'zaitu-test-'))
  const release = hold({ kind: 'folder', path })
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 })
      release()
    },
  }
}
