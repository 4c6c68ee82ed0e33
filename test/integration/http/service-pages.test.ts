import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Service, startService } from './service.ts'

let service: Service
let folder: string
let readiness: Awaited<ReturnType<Service['deps']['ready']>> = { ok: true, checks: {} }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zaitu-page-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Zaitu</title>')
  await writeFile(join(folder, 'assets', 'index-BcD3fGh1.js'), 'export {}')
  await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  service = await startService({ dashboard: folder, ready: async () => readiness })
})
afterAll(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const page = (url: string, accept = 'text/html,application/xhtml+xml') =>
  service.app.inject({ url, headers: { accept } })

describe('the page', () => {
  it.each(['/', '/shipments/abc?from=1&to=2', '/alarms'])('is served at %s, asked for again each time', async (url) => {
    const answer = await page(url)
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('<title>Zaitu</title>')
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.headers['cache-control']).toBe('no-cache')
  })

  it('keeps what has a hash in its name for ever', async () => {
    const answer = await page('/assets/index-BcD3fGh1.js', '*/*')
    expect(answer.headers['cache-control']).toContain('immutable')
    expect((await page('/icon.svg', '*/*')).headers['cache-control']).toBe('no-cache')
  })

  it.each([
    ['/api/v1/nothing', 'text/html'],
    ['/api', 'text/html'],
    ['/assets/index-00000000.js', 'text/html'],
    ['/robots.txt', '*/*'],
    ['/../package.json', '*/*'],
    ['/%2e%2e/package.json', '*/*'],
  ])('is not what %s answers', async (url, accept) => {
    const answer = await page(url, accept)
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  it('may load nothing from elsewhere', async () => {
    const { headers } = await page('/')
    const policy = String(headers['content-security-policy'])
    for (const directive of [
      "default-src 'self'",
      "worker-src 'self' blob:",
      "img-src 'self' data: blob:",
      "connect-src 'self'",
    ])
      expect(policy).toContain(directive)
    expect(policy).not.toContain('upgrade-insecure-requests')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['strict-transport-security']).toBeUndefined()
  })
})

describe('for whoever runs it', () => {
  it('tells whether it can work and what is in the way', async () => {
    expect((await service.app.inject('/readyz')).json()).toEqual({ ok: true, checks: {} })
    readiness = {
      ok: false,
      checks: { database: { ok: true }, broker: { ok: false, reason: 'no connection to mqtt://x' } },
    }
    const answer = await service.app.inject('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toEqual(readiness)
    expect((await service.app.inject('/livez')).statusCode).toBe(200)
  })

  it('counts requests by route, not by id', async () => {
    await service.app.inject('/api/v1/shipments/00000000-0000-4000-8000-000000000000')
    const answer = await service.app.inject('/metrics')
    expect(answer.headers['content-type']).toContain('text/plain')
    expect(answer.body).toMatch(
      /zaitu_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/shipments\/:id",status="401"\} 1/,
    )
  })
})
