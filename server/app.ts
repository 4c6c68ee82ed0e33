import cookie from '@fastify/cookie'
import etag from '@fastify/etag'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import { type FastifyInstance, fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { MAX_PACKET_BYTES } from './model/reading.ts'
import { accountRoutes } from './routes/account.ts'
import { alarmQualityRoutes } from './routes/alarm-quality.ts'
import { alarmSettingsRoutes } from './routes/alarm-settings.ts'
import { alarmRoutes } from './routes/alarms.ts'
import { alarmsTogetherRoutes } from './routes/alarms-together.ts'
import { assignmentRoutes } from './routes/assignments.ts'
import { auditRoutes } from './routes/audit.ts'
import { requireSession } from './routes/authentication.ts'
import { cacheControl } from './routes/caching.ts'
import { channelRoutes } from './routes/channels.ts'
import { connectionRoutes } from './routes/connection.ts'
import { serveDashboard } from './routes/dashboard.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { demoRoutes } from './routes/demo.ts'
import type { AppDeps } from './routes/dependencies.ts'
import { deviceRoutes } from './routes/devices.ts'
import { exportRoutes } from './routes/export.ts'
import { exposureRoutes } from './routes/exposure.ts'
import { forecastRoutes } from './routes/forecasts.ts'
import { importRoutes } from './routes/imports.ts'
import { intakeOutageRoutes } from './routes/intake-outages.ts'
import { invitationRoutes, welcomeRoutes } from './routes/invitations.ts'
import { limitProposalRoutes } from './routes/limit-proposals.ts'
import { limitsRoutes } from './routes/limits.ts'
import { masterdataRoutes } from './routes/masterdata.ts'
import { measurementRoutes } from './routes/measurements.ts'
import { milestoneRoutes } from './routes/milestones.ts'
import { mqttAccessRoutes } from './routes/mqtt-access.ts'
import { notificationRuleRoutes } from './routes/notification-rules.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { oidcRoutes } from './routes/oidc.ts'
import { describeApi } from './routes/openapi.ts'
import { operationRoutes } from './routes/operations.ts'
import { orderLineRoutes } from './routes/order-lines.ts'
import { orderRiskRoutes } from './routes/order-risk.ts'
import { orderRoutes } from './routes/orders.ts'
import { organisationRoutes } from './routes/organisations.ts'
import { peopleRoutes } from './routes/people.ts'
import { answerError, answerUnroutable } from './routes/problem.ts'
import { rateLimits } from './routes/rate-limits.ts'
import { receiptRoutes } from './routes/receipts.ts'
import { recordChangeRoutes } from './routes/record-changes.ts'
import { reportRoutes } from './routes/report.ts'
import { sessionRoutes } from './routes/session.ts'
import { shareLinkRoutes } from './routes/share-links.ts'
import { shareSessionRoutes } from './routes/share-session.ts'
import { shipmentLineRoutes } from './routes/shipment-lines.ts'
import { shipmentRoutes } from './routes/shipments.ts'
import { stagePlanRoutes } from './routes/stage-plans.ts'
import { supplierRoutes } from './routes/supplier.ts'
import { supplierLinkRoutes } from './routes/supplier-links.ts'
import { supplierSessionRoutes } from './routes/supplier-session.ts'
import { telemetryRoutes } from './routes/telemetry.ts'
import { tokenRoutes } from './routes/tokens.ts'

export type { AppDeps } from './routes/dependencies.ts'

const BASE = '/api/v1'

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    // the map decodes its tiles in a worker that it makes out of a blob
    workerSrc: ["'self'", 'blob:'],
    imgSrc: ["'self'", 'data:', 'blob:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'self'"],
    objectSrc: ["'none'"],
  },
}

/** A request without a body may still say that it is JSON, as some clients always do. */
const acceptEmptyJson = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body, done)
  })
}

/** The HTTP side, ready to be injected into or to listen; it opens and closes nothing that it was given. */
export const buildApp = async (deps: AppDeps): Promise<FastifyInstance> => {
  const app = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_PACKET_BYTES,
    trustProxy: deps.trustProxy ?? false,
    routerOptions: { ignoreTrailingSlash: true },
    forceCloseConnections: true,
    // a path that can't be decoded never reaches a route
    frameworkErrors: answerUnroutable,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  app.decorateRequest('signedIn', null)
  acceptEmptyJson(app)

  await app.register(helmet, {
    contentSecurityPolicy,
    strictTransportSecurity: deps.secureCookies,
    frameguard: { action: 'deny' },
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  })
  await app.register(cookie)
  await app.register(rateLimit, { global: false })
  operationRoutes(app, deps)
  await describeApi(app)
  await serveDashboard(app, deps.dashboard)

  await app.register(
    async (api) => {
      // a hook of the scope rather than of each route, so that it counts before anybody's session is looked up
      api.addHook('onRequest', app.rateLimit(rateLimits(deps)))
      await api.register(etag, { weak: true })
      api.addHook('onRequest', async (request, reply) => {
        reply.header('cache-control', cacheControl(request))
      })
      await api.register(sessionRoutes(deps))
      await api.register(welcomeRoutes(deps))
      await api.register(oidcRoutes(deps))
      await api.register(shareSessionRoutes(deps))
      await api.register(supplierSessionRoutes(deps))
      await api.register(demoRoutes(deps))
      await api.register(telemetryRoutes(deps))
      await api.register(mqttAccessRoutes(deps))
      await api.register(async (inside) => {
        inside.addHook('onRequest', requireSession(deps.pool, { secure: deps.secureCookies }))
        await inside.register(accountRoutes(deps))
        await inside.register(organisationRoutes(deps))
        await inside.register(peopleRoutes(deps))
        await inside.register(invitationRoutes(deps))
        await inside.register(tokenRoutes(deps))
        await inside.register(shipmentRoutes(deps))
        await inside.register(assignmentRoutes(deps))
        await inside.register(shareLinkRoutes(deps))
        await inside.register(supplierLinkRoutes(deps))
        await inside.register(supplierRoutes(deps))
        await inside.register(orderRoutes(deps))
        await inside.register(orderLineRoutes(deps))
        await inside.register(receiptRoutes(deps))
        await inside.register(shipmentLineRoutes(deps))
        await inside.register(milestoneRoutes(deps))
        await inside.register(forecastRoutes(deps))
        await inside.register(orderRiskRoutes(deps))
        await inside.register(stagePlanRoutes(deps))
        await inside.register(importRoutes(deps))
        await inside.register(measurementRoutes(deps))
        await inside.register(exportRoutes(deps))
        await inside.register(limitsRoutes(deps))
        await inside.register(limitProposalRoutes(deps))
        await inside.register(reportRoutes(deps))
        await inside.register(alarmRoutes(deps))
        await inside.register(alarmsTogetherRoutes(deps))
        await inside.register(alarmSettingsRoutes(deps))
        await inside.register(exposureRoutes(deps))
        await inside.register(intakeOutageRoutes(deps))
        await inside.register(alarmQualityRoutes(deps))
        await inside.register(deadLetterRoutes(deps))
        await inside.register(deviceRoutes(deps))
        await inside.register(connectionRoutes(deps))
        await inside.register(masterdataRoutes(deps))
        await inside.register(channelRoutes(deps))
        await inside.register(notificationRuleRoutes(deps))
        await inside.register(notificationRoutes(deps))
        await inside.register(recordChangeRoutes(deps))
        await inside.register(auditRoutes(deps))
      })
    },
    { prefix: BASE },
  )
  return app
}
