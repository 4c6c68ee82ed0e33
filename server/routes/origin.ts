import type { FastifyRequest } from 'fastify'
import type { AppDeps } from './dependencies.ts'

/** Where people reach us, for links that they pass on: as it is set, or as this request came. Without a slash at the end. */
export const originOf = (
  request: FastifyRequest,
  { publicUrl, secureCookies }: Pick<AppDeps, 'publicUrl' | 'secureCookies'>,
): string =>
  publicUrl === undefined
    ? `${secureCookies ? 'https' : request.protocol}://${request.host}`
    : publicUrl.replace(/\/+$/, '')
