import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './problem.ts'

/** Vite puts a hash into the names of what it makes, so they never change; everything else is asked for again. */
const HASHED = /\/assets\/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+(\.br|\.gz)?$/

/** The page: its files, and index.html for every path of its own, which the page then reads from the address. */
export const serveDashboard = async (app: FastifyInstance, folder: string | null): Promise<void> => {
  const built = folder !== null && existsSync(join(folder, 'index.html'))
  if (built)
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      cacheControl: false,
      // .br and .gz beside a file, where the build has made them
      preCompressed: true,
      setHeaders: (response, path) => {
        const immutable = HASHED.test(path.replaceAll('\\', '/'))
        response.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    // suppliers' page is one of its own, small enough for a poor network
    if (built && wantsPage && /^\/supplier\/?$/.test(path)) return reply.sendFile('supplier.html')
    if (built && wantsPage && !/^\/(api|assets)(\/|$)/.test(path)) return reply.sendFile('index.html')
    return sendProblem(reply, 404, `There is nothing at ${request.method} ${path}.`)
  })
}
