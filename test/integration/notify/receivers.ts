import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export type Received = { path: string; query: URLSearchParams; headers: IncomingHttpHeaders; body: string; json: Body }
export type Body = { [name: string]: Body } & { toString(): string }

const port = (address: unknown): number => {
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return Number(Reflect.get(address, 'port'))
}

export type Receiver = {
  url: string
  got: Received[]
  /** how it answers from now on; 204 unless said */
  answer: (response: ServerResponse, received: Received) => void
  close(): Promise<void>
}

/** Somebody's own server, that takes what is posted. */
export const startReceiver = async (): Promise<Receiver> => {
  const receiver: Receiver = {
    url: '',
    got: [],
    answer: (response) => response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8')
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const received = { path: pathname, query: searchParams, headers: request.headers, body, json: JSON.parse(body) }
    receiver.got.push(received)
    receiver.answer(response, received)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  receiver.url = `http://127.0.0.1:${port(server.address())}`
  return receiver
}

/** Robots answer 200 whatever they think. */
export const saying =
  (body: unknown): Receiver['answer'] =>
  (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

export type Mail = { from: string; to: string[]; text: string }
export type Mailbox = {
  port: number
  got: Mail[]
  /** a sentence for whoever is not taken; null takes them */
  refuse: (recipient: string) => string | null
  close(): Promise<void>
}

/** A mail server that wants a password, and keeps what it is given. */
export const startMailbox = async (): Promise<Mailbox> => {
  const mailbox: Mailbox = {
    port: 0,
    got: [],
    refuse: () => null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'zaitu' && password === 'let me in'
        ? done(null, { user: username })
        : done(new Error('wrong password')),
    onRcptTo: ({ address }, _session, done) => {
      const sentence = mailbox.refuse(address)
      done(sentence === null ? null : Object.assign(new Error(sentence), { responseCode: 550 }))
    },
    onData: (stream, session, done) => {
      void buffer(stream).then((data) => {
        const from = session.envelope.mailFrom
        mailbox.got.push({
          from: from === false ? '' : from.address,
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: data.toString('utf8'),
        })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  mailbox.port = port(server.server.address())
  return mailbox
}
