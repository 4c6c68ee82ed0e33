import type { z } from 'zod'
import { refusal } from './problem.ts'

/** Where a page ended, as text that nobody needs to read. */
export const toCursor = (position: readonly string[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** The position that a cursor names, or null without a cursor; one that isn't ours is the asker's mistake. */
export const fromCursor = <Position>(cursor: string | undefined, schema: z.ZodType<Position>): Position | null => {
  if (cursor === undefined) return null
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    value = undefined
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw refusal(400, 'cursor: not one that this list gave out; begin without it.', {
      errors: [{ path: 'cursor', message: 'not one that this list gave out' }],
    })
  return parsed.data
}

/**
 * One page out of `rows`, which were asked for with `limit + 1`: the one too many tells that there is more.
 * `position` gives where an item stands in the order of the list.
 */
export const toPage = <Item>(
  rows: Item[],
  limit: number,
  position: (item: Item) => readonly string[],
): { items: Item[]; next: string | null } => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? toCursor(position(last)) : null }
}
