import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Histogram } from 'prom-client'
import { sameText } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { isForwarded } from './forwarded.ts'
import { refusal } from './problem.ts'
import { rateLimits } from './rate-limits.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
/** Figures tell how much is going on, and with what: for who has the token or, without one, for this machine alone. */
const refuseMetrics = (
  { headers, socket }: FastifyRequest,
  { metricsToken, trustProxy, secureCookies }: AppDeps,
): { status: 401 | 403; detail: string } | null => {
  if (metricsToken !== undefined) {
    const given = /^Bearer (.{1,1000})$/i.exec(headers.authorization ?? '')?.[1]
    if (given !== undefined && sameText(given, metricsToken)) return null
    return { status: 401, detail: 'Metrics are for who has the METRICS_TOKEN: send it as Authorization: Bearer.' }
  }
  const proxied = trustProxy !== undefined || secureCookies || isForwarded(headers)
  if (!proxied && LOOPBACK.test(socket.remoteAddress ?? '')) return null
  return { status: 403, detail: 'Without the setting METRICS_TOKEN, metrics are only for the machine itself.' }
}

/** For whoever runs the service: is it up, can it work, what does it count. */
export const operationRoutes = (app: FastifyInstance, deps: AppDeps): void => {
  const { ready, metrics } = deps
  const schema = { hide: true }
  app.get('/livez', { schema }, async () => ({ ok: true }))
  // it asks the database
  app.get('/readyz', { schema, onRequest: app.rateLimit(rateLimits(deps)) }, async (_request, reply) => {
    const readiness = await ready()
    return reply.code(readiness.ok ? 200 : 503).send(readiness)
  })
  app.get('/metrics', { schema }, async (request, reply) => {
    const refused = refuseMetrics(request, deps)
    if (refused === null) return reply.header('content-type', metrics.contentType).send(await metrics.metrics())
    if (refused.status === 401) reply.header('www-authenticate', 'Bearer')
    throw refusal(refused.status, refused.detail)
  })

  const durations = new Histogram({
    name: 'zaitu_http_request_duration_seconds',
    help: 'Time from the request to the last byte of the answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
}
