import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** A new, empty database on the server at TEST_PG; stands in until test/setup/database.ts is there. */
export const freshDatabase = async (): Promise<{ url: string; close(): Promise<void> }> => {
  const admin = process.env.TEST_PG ?? 'postgres://postgres@127.0.0.1:47123/postgres'
  const name = `http_${randomBytes(6).toString('hex')}`
  const run = async (text: string) => {
    const client = new pg.Client(admin)
    await client.connect()
    await client.query(text)
    await client.end()
  }
  await run(`create database ${name}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return { url: url.href, close: () => run(`drop database ${name} with (force)`) }
}
