import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '../model/page.ts'

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const

/** The description of the API, made from the schemas that requests are checked with, and a page to browse it. */
export const describeApi = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Zaitu',
        version: '1',
        description:
          'Telemetry of hazardous chemicals in transit. Lists are {"items":[…],"next":cursor|null}; errors are application/problem+json.',
      },
      tags: [
        { name: 'session' },
        { name: 'organisations' },
        { name: 'people' },
        { name: 'tokens' },
        { name: 'shipments' },
        { name: 'share links' },
        { name: 'alarms' },
        { name: 'readings' },
        { name: 'devices' },
        { name: 'master data' },
        { name: 'audit' },
      ],
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: 'zaitu_session', description: '__Host-zaitu over TLS' },
          csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token', description: 'csrfToken of the session' },
          bearer: { type: 'http', scheme: 'bearer' },
          device: { type: 'http', scheme: 'basic', description: 'device id and its secret' },
        },
      },
      security: [{ cookie: [], csrf: [] }, { bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject
      const { openapiObject } = document
      const { $schema: _dialect, ...problem } = z.toJSONSchema(Problem)
      const refused = {
        description: 'Refused, with a sentence that says why',
        content: { 'application/problem+json': { schema: problem } },
      }
      for (const item of Object.values(openapiObject.paths ?? {}))
        for (const method of METHODS) {
          const operation = item?.[method]
          if (operation?.responses !== undefined) Object.assign(operation.responses, { default: refused })
        }
      return openapiObject
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'Zaitu API' },
    uiConfig: { url: '/api/openapi.json', deepLinking: true, tryItOutEnabled: false },
  })
  app.get('/api/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(app.swagger()),
  )
}
