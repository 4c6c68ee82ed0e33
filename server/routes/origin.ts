import type { FastifyRequest } from 'fastify'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

/** Where people reach us, for links that they pass on: as it is set, or as this request came. Without a slash at the end. */
export const originOf = (
  request: FastifyRequest,
  { publicUrl, secureCookies }: Pick<AppDeps, 'publicUrl' | 'secureCookies'>,
): string => {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '')
  const origin = `${secureCookies ? 'https' : request.protocol}://${request.host}`
  if (!URL.canParse(origin)) throw refusal(400, 'The Host header of this request is no address.')
  return origin
}
