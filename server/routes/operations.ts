import type { FastifyInstance } from 'fastify'
import { Histogram } from 'prom-client'
import type { AppDeps } from './dependencies.ts'

/** For whoever runs the service: is it up, can it work, what does it count. */
export const operationRoutes = (app: FastifyInstance, { ready, metrics }: AppDeps): void => {
  const schema = { hide: true }
  app.get('/livez', { schema }, async () => ({ ok: true }))
  app.get('/readyz', { schema }, async (_request, reply) => {
    const readiness = await ready()
    return reply.code(readiness.ok ? 200 : 503).send(readiness)
  })
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.metrics()),
  )

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
