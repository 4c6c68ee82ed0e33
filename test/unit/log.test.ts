import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { REDACTED } from '../../server/log.ts'

it('strikes secrets out, should anybody log what holds one', () => {
  let written = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk
      done()
    },
  })
  const log = pino({ redact: REDACTED }, stream)
  const secret = 'hunter2'
  for (const name of [
    'password',
    'current',
    'secret',
    'token',
    'csrfToken',
    'link',
    'authorization',
    'cookie',
    'set-cookie',
  ]) {
    log.info({ [name]: secret }, 'bare')
    log.info({ body: { [name]: secret } }, 'in a body')
    log.info({ request: { headers: { [name]: secret } } }, 'in headers')
  }
  expect(written).not.toContain(secret)
  expect(written.match(/\[Redacted\]/g)).toHaveLength(27)
})
