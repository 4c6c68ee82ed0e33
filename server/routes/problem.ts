import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'
import type { Problem } from '../model/page.ts'
import { isOutage, isRefusal } from '../store/pool.ts'

const REFUSED = Symbol('refused')
type Issue = { path: string; message: string }
export type Refusal = Error & { [REFUSED]: { status: number; errors?: Issue[]; retryAfterSeconds?: number } }

/** What a route throws when the answer is no: the status, and a sentence that its reader can act on. */
export const refusal = (
  status: number,
  detail: string,
  more: { errors?: Issue[]; retryAfterSeconds?: number } = {},
): Refusal => Object.assign(new Error(detail), { [REFUSED]: { status, ...more } })

const isRefusalError = (error: unknown): error is Refusal => error instanceof Error && REFUSED in error

/** Somebody else's thing and nobody's thing look the same. */
export const notFound = (what: string): Refusal => refusal(404, `There is no such ${what}.`)

export const sendProblem = (
  reply: FastifyReply,
  status: number,
  detail: string,
  { errors, retryAfterSeconds }: { errors?: Issue[]; retryAfterSeconds?: number } = {},
): FastifyReply => {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  const problem: Problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }
  if (errors !== undefined) problem.errors = errors
  return reply
    .code(status)
    .serializer(JSON.stringify)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(problem)
}

const path = (pointer: string): string =>
  pointer
    .split('/')
    .filter((part) => part !== '')
    .join('.')

/** Sentences for what Fastify itself refuses; its own are written for the programmer. */
const FASTIFY: Record<string, string> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the body as application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
}

/** The one place where anything that went wrong becomes an answer (RFC 9457); never with a stack trace. */
export const answerError = (
  error: FastifyError | Refusal | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  if (isRefusalError(error)) {
    const { status, ...more } = error[REFUSED]
    return sendProblem(reply, status, error.message, more)
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    // an id that can't be one names nothing, just as an unknown one
    if ('validationContext' in error && error.validationContext === 'params')
      return sendProblem(reply, 404, 'There is no such thing here.')
    const errors = error.validation.map((issue) => ({
      path: path(issue.instancePath),
      message: issue.message ?? 'not valid',
    }))
    const detail = errors.map((e) => (e.path === '' ? e.message : `${e.path}: ${e.message}`)).join('; ')
    return sendProblem(reply, 400, detail, { errors })
  }
  if (isOutage(error)) {
    request.log.warn({ error: error.message, code: Reflect.get(error, 'code') }, 'the database could not answer')
    return sendProblem(reply, 503, 'The database is out of reach for the moment. Please try again.', {
      retryAfterSeconds: 5,
    })
  }
  if (isRefusal(error)) {
    request.log.warn({ error: error.message }, 'the database refused a value')
    return sendProblem(reply, 400, 'A value in this request can not be stored. Check it for unusual characters.')
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const most = (request.routeOptions.bodyLimit ?? 0) / (1024 * 1024)
    return sendProblem(reply, status, `The body is larger than ${most} MiB. Send it in smaller parts.`)
  }
  if (status >= 400 && status < 500) return sendProblem(reply, status, FASTIFY[code] ?? error.message)
  const facts = isResponseSerializationError(error) ? { issues: error.cause?.issues } : {}
  request.log.error({ err: error, ...facts }, 'a request failed')
  return sendProblem(reply, 500, 'Something went wrong on our side. It has been logged.')
}

/** What is refused before any route, and so before the hooks that set headers: a path that can't be decoded. */
export const answerUnroutable = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  answerError(
    error,
    request,
    reply.headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    }),
  )
