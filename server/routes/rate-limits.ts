import type { RateLimitOptions } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { networkOf } from '../model/network.ts'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

/**
 * Requests a minute from one network (networkOf). A page of a thousand shipments asks about ten times at its start, and then lives
 * on the WebSocket; a vendor's cloud sends for all its devices; a broker asks for each of its clients; hashing a
 * password is what costs us most.
 */
const PER_MINUTE = { api: 6000, telemetry: 60_000, broker: 600_000, 'sign-in': 120, share: 60 } as const

const SIGN_IN = new Set([
  'POST /api/v1/session',
  'POST /api/v1/session/invitation',
  'POST /api/v1/session/invitation/look',
  'PUT /api/v1/session/password',
  'GET /api/v1/session/oidc/:id',
  'GET /api/v1/session/oidc/:id/callback',
])

const kindOf = (request: FastifyRequest): keyof typeof PER_MINUTE => {
  const { url } = request.routeOptions
  if (url === '/api/v1/telemetry') return 'telemetry'
  if (url?.startsWith('/api/v1/mqtt/')) return 'broker'
  if (url === '/api/v1/session/share' || url === '/api/v1/session/supplier') return 'share'
  return SIGN_IN.has(`${request.method} ${url}`) ? 'sign-in' : 'api'
}

export const rateLimits = ({ requestsPerMinute }: Pick<AppDeps, 'requestsPerMinute'>): RateLimitOptions => ({
  timeWindow: 60_000,
  keyGenerator: (request) => `${kindOf(request)} ${networkOf(request.ip)}`,
  max: (request) => {
    const kind = kindOf(request)
    return kind === 'api' ? (requestsPerMinute ?? PER_MINUTE.api) : PER_MINUTE[kind]
  },
  errorResponseBuilder: (_request, { ttl }) => {
    const seconds = Math.ceil(ttl / 1000)
    return refusal(429, `Too many requests from this address. Try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    })
  },
})
