import { chmodSync, existsSync, readFileSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Logger } from '../../server/log.ts'
import { startEmbeddedPostgres } from '../../server/store/embedded.ts'
import { hold, temporaryFolder } from './reap.ts'
import { makeTemplate, type Templated } from './template.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** null where only unit tests run */
    embedded: Templated | null
  }
}

/** Names of the projects that need no database. */
const WITHOUT = new Set(['unit'])

const say = (facts: Record<string, unknown>, sentence: string): void => console.warn(`${sentence}`, facts)
const log: Logger = { debug: () => {}, info: () => {}, warn: say, error: say }

/** In memory where there is plenty: hundreds of databases are made and dropped, and what a disk has kept is tried elsewhere. */
const MEMORY = '/dev/shm'
const quickestFolder = (): string => {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize > 8e9 ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** One embedded PostgreSQL for the whole run, with one migrated database that the tests copy. */
export default async (root: TestProject): Promise<(() => Promise<void>) | undefined> => {
  if (root.vitest.projects.every((project) => WITHOUT.has(project.name))) {
    root.provide('embedded', null)
    return
  }
  const folder = quickestFolder()
  const own = temporaryFolder(folder)
  chmodSync(own.path, 0o755) // as root, PostgreSQL runs under another account, which has to get in
  const release = hold({ kind: 'postgres', folder: join(own.path, 'postgres') })
  const server = await startEmbeddedPostgres({ dataDir: own.path, log })
  const elsewhere = join(own.path, 'postgres.location')
  if (existsSync(elsewhere)) {
    await server.stop()
    throw new Error(
      `PostgreSQL's account cannot reach ${folder} (it went to ${readFileSync(elsewhere, 'utf8').trim()}): set TMPDIR`,
    )
  }
  const stop = async (): Promise<void> => {
    await server.stop()
    release()
    own.remove()
  }
  try {
    const { given } = await makeTemplate(server.url)
    root.provide('embedded', folder === MEMORY ? { ...given, strategy: 'file_copy' } : given)
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}
