import type { FastifyRequest } from 'fastify'

/** Where the asker's browser has this page from, for links that we make: `https://zaitu.example`. */
export const originOf = (request: FastifyRequest, { secure }: { secure: boolean }): string =>
  `${secure ? 'https' : request.protocol}://${request.host}`
