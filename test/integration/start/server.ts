import { startEmbeddedPostgres } from '../../../server/store/embedded.ts'

// A server that is nothing but its database, to be killed: `server.ts <data folder>`; prints the url once it is up.
const say = (facts: Record<string, unknown>, sentence: string) => console.error(sentence, facts)
const database = await startEmbeddedPostgres({
  dataDir: process.argv[2] ?? '',
  log: { debug: say, info: say, warn: say, error: say },
})
const stay = setInterval(() => undefined, 60_000)
process.once('SIGTERM', async () => {
  clearInterval(stay)
  await database.stop()
})
console.log(database.url)
