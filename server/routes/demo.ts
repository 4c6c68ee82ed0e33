import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AppDeps } from './dependencies.ts'
import { isForwarded } from './forwarded.ts'

const DemoHint = z.object({ demo: z.object({ email: z.string(), password: z.string() }).optional() })

/** What the sign-in page offers where this is a demo that only its own machine can reach; nothing elsewhere. */
export const demoRoutes =
  ({ demoSignIn }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/demo',
      schema: { tags: ['session'], summary: 'The sign-in of a demo', security: [], response: { 200: DemoHint } },
      handler: async ({ headers }) => (demoSignIn === undefined || isForwarded(headers) ? {} : { demo: demoSignIn }),
    })
  }
