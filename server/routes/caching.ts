import type { FastifyRequest } from 'fastify'

/** What nobody may keep: answers to changes (a device's secret, a token, a link, each shown once) and to who signs in. */
const KEPT_BY_NOBODY = /^\/api\/v1\/(session|demo)(\/|$)/

/** Cache-Control of an answer of the API. */
export const cacheControl = ({ method, routeOptions }: FastifyRequest): string =>
  (method === 'GET' || method === 'HEAD') && !KEPT_BY_NOBODY.test(routeOptions.url ?? '')
    ? 'private, no-cache'
    : 'no-store'
