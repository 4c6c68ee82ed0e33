import type { Server } from 'node:net'

/** Resolves once the server listens; rejects with a sentence that says what to change. */
export const listen = (server: Server, host: string, port: number, setting: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is taken by another program; set ${setting} to a free one`
          : error.code === 'EACCES'
            ? `port ${port} may not be opened by this user; set ${setting} to one above 1023`
            : error.message
      reject(new Error(`The MQTT broker could not listen on ${host}: ${why}`, { cause: error }))
    }
    server.once('error', failed)
    // a fleet that comes back after an outage connects all at once
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', failed)
      resolve()
    })
  })
