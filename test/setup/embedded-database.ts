import type { TestProject } from 'vitest/node'
import { debianFolder } from './debian.ts'
import { startTimescale } from './postgres.ts'
import { makeTemplate, type Templated } from './template.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** null where only unit tests run */
    embedded: Templated | null
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
  const server = await startTimescale({ kind: 'folder', root: await debianFolder() })
  try {
    root.provide('embedded', (await makeTemplate(server.url)).given)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server.stop
}
