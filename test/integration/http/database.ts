import { freshDatabase as cloned } from '../../setup/database.ts'

/** A migrated database of its own; closing it fails when a connection was left open. */
export const freshDatabase = async (): Promise<{ url: string; close(): Promise<void> }> => {
  const { url, drop } = await cloned()
  return { url, close: drop }
}
