import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHeadPublisher, type HeadTarget, headFile, headUrl } from '../../../server/notify/audit-heads.ts'
import { allHeads, claimPublication, publicationDone } from '../../../server/store/audit-heads.ts'
import { readHeads, verifyDatabase } from '../../../server/store/audit-verify.ts'
import { type Ground, openGround } from './ground.ts'

let ground: Ground
let folder: string
beforeAll(async () => {
  ground = await openGround()
  folder = await mkdtemp(join(tmpdir(), 'zaitu-heads-'))
})
afterAll(async () => {
  await ground.close()
  await rm(folder, { recursive: true })
})

const started: { stop(): Promise<void> }[] = []
const warnings: string[] = []
beforeEach(() => ground.owner.query('truncate audit_publications'))
afterEach(async () => {
  for (const publisher of started.splice(0)) await publisher.stop()
})

const publisher = (...targets: HeadTarget[]) => {
  const quiet = () => undefined
  const made = createHeadPublisher({
    targets,
    heads: () => allHeads(ground.owner),
    claim: (target) => claimPublication(ground.owner, target),
    done: (day, target) => publicationDone(ground.owner, day, target),
    log: { debug: quiet, info: quiet, error: quiet, warn: (facts) => void warnings.push(String(facts.error)) },
    everyMs: 20,
  })
  started.push(made)
  return made
}
const published = async (target: string) => {
  const sql = 'select from audit_publications where target = $1 and published_at is not null'
  return (await ground.owner.query(sql, [target])).rowCount
}
const done = (target: string) => vi.waitFor(async () => expect(await published(target)).toBe(1), { timeout: 15_000 })

describe('the heads', () => {
  it('are in the file once a day, whichever of the servers writes them, and prove what was there', async () => {
    const path = join(folder, 'heads.jsonl')
    const orgs = [await ground.chain(3), await ground.chain(2)]
    await ground.organisation()
    for (let server = 0; server < 4; server++) publisher(headFile(path))
    await done('file')
    const first = await readHeads(path)
    expect(first.map(({ org, seq }) => [org, seq]).toSorted()).toEqual(
      [
        [orgs[0], 3],
        [orgs[1], 2],
      ].toSorted(),
    )

    await ground.write(orgs[0] ?? '', 4)
    // the next day begins when the database says so
    await ground.owner.query('update audit_publications set day = day - 1')
    await vi.waitFor(async () => expect(await published('file')).toBe(2), { timeout: 15_000 })
    for (const one of started.splice(0)) await one.stop()
    const second = await readHeads(path)
    expect(second).toHaveLength(4)
    expect(second.filter(({ org }) => org === orgs[0]).map(({ seq }) => seq)).toEqual([3, 4])
    expect((await verifyDatabase(ground.owner, second)).map(({ fault }) => fault)).toEqual([null, null])
  })

  const listen = async (answer: (times: number) => { status: number; location?: string } | null) => {
    const bodies: string[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      bodies.push(`${request.method} ${request.url} ${body}`)
      const said = answer(bodies.length)
      if (said === null) return
      response.writeHead(said.status, said.location === undefined ? {} : { location: said.location }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    started.push({ stop: async () => void server.closeAllConnections() })
    started.push({ stop: async () => void server.close() })
    return { url: `http://127.0.0.1:${port}/heads`, bodies }
  }
  const expireClaim = () =>
    ground.owner.query(`update audit_publications set claimed_until = now() - interval '1 second'`)

  it('are posted, and again when that failed', async () => {
    const outside = await listen((times) => ({ status: times === 1 ? 503 : 204 }))
    publisher(headUrl(outside.url))
    await vi.waitFor(() => expect(warnings.at(-1)).toBe('AUDIT_HEADS_URL answered 503'), { timeout: 15_000 })
    expect([await published('url'), outside.bodies.length]).toEqual([0, 1])
    await expireClaim()
    await done('url')
    expect(outside.bodies).toHaveLength(2)
    const [head] = await allHeads(ground.owner)
    const [posted] = JSON.parse(outside.bodies[1]?.replace('POST /heads ', '') ?? '').heads
    expect(posted).toEqual(head)
  })

  it('follow no redirect, and wait no longer than they may', async () => {
    const elsewhere = await listen(() => ({ status: 204 }))
    const redirecting = await listen(() => ({ status: 307, location: elsewhere.url }))
    await expect(headUrl(redirecting.url).publish([])).rejects.toThrow()
    expect([redirecting.bodies.length, elsewhere.bodies.length]).toEqual([1, 0])
    const silent = await listen(() => null)
    await expect(headUrl(silent.url, 100).publish([])).rejects.toThrow(/timeout/i)
  })
})
