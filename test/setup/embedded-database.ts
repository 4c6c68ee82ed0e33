import type { TestProject } from 'vitest/node'
import { migrate } from '../../server/store/migrate.ts'
import { createDatabase, databaseAt } from './clones.ts'
import { startPostgresIn } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** the server's own database, and the name of the migrated one to copy */
    embedded: { url: string; template: string } | null
  }
}

/** Names of the projects that need no database. */
const WITHOUT = new Set(['unit'])

/** One embedded PostgreSQL for the whole run, with one migrated database that the tests copy. */
export default async (root: TestProject): Promise<(() => Promise<void>) | undefined> => {
  if (root.vitest.projects.every((project) => WITHOUT.has(project.name))) {
    root.provide('embedded', null)
    return
  }
  const server = await startPostgresIn('/tmp/trixie', [])
  try {
    await createDatabase(server.url, 'template_zaitu', 'template1')
    await migrate(databaseAt(server.url, 'template_zaitu'))
  } catch (error) {
    await server.stop()
    throw error
  }
  root.provide('embedded', { url: server.url, template: 'template_zaitu' })
  return server.stop
}
