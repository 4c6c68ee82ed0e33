import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Logger as Pino } from 'pino'
import { Registry } from 'prom-client'
import { createShelves } from './alarms/shelves.ts'
import { buildApp } from './app.ts'
import type { Message, Source } from './broker/source.ts'
import { createBrokers } from './brokers.ts'
import type { Config } from './config.ts'
import { createForecaster, keepForecasting } from './forecasts.ts'
import { createLocalHub } from './live/hub.ts'
import { createRedisHub } from './live/redis.ts'
import { attachLive } from './live/socket.ts'
import { liveAccess } from './live-access.ts'
import { createMeters } from './meters.ts'
import { createMilestones, isSuppliers } from './milestones.ts'
import { createNotifications, mailServerOf } from './notifications.ts'
import { createHeadPublisher, headFile, headUrl } from './notify/audit-heads.ts'
import { createPipeline } from './pipeline.ts'
import { createReadiness } from './readiness.ts'
import { createReminders } from './reminders.ts'
import { rateLimits } from './routes/rate-limits.ts'
import type { Fold } from './rules/fold.ts'
import { feedAfter, feedHead, formatCursor, isAfter, parseCursor } from './store/alarm-feed.ts'
import { readAlarms } from './store/alarms.ts'
import { allHeads, claimPublication, publicationDone } from './store/audit-heads.ts'
import { deviceSignIn } from './store/device-sign-in.ts'
import { watchDevices } from './store/device-watch.ts'
import { readHealth } from './store/health.ts'
import { listOrders, readOrder } from './store/orders.ts'
import { asOrganisation, openPool } from './store/pool.ts'
import { listShipments, readShipment } from './store/shipments.ts'
import { capabilityOf, createUpkeep } from './store/upkeep.ts'
import { createSubmit } from './submit.ts'

export type Service = {
  app: FastifyInstance
  source: Source
  /** resolves when everything delivered so far is dealt with, refolds included */
  settled(): Promise<void>
  stop(): Promise<void>
}

export type ServiceOptions = {
  /** folder of the built page; null serves none */
  dashboard: string | null
  /** said on the sign-in page of a demo */
  demoSignIn?: { email: string; password: string } | undefined
  /** what judges fresh readings: all rules unless given otherwise */
  fold?: Fold
}

/** Reads consistently: a snapshot and its cursor belong to one moment. */
const SNAPSHOT = 'begin isolation level repeatable read read only'
const FLEET_PAGE = 1_000
const ORDERS_PAGE = 200

/**
 * Wires the parts over a database that has been migrated, and opens them in order: storage, pipeline, broker, HTTP. The
 * ways in last; `stop` closes in reverse, so that what was taken in is still committed and acknowledged.
 */
export const startService = async (
  config: Config,
  databaseUrl: string,
  log: Pino,
  { dashboard, demoSignIn, fold }: ServiceOptions,
): Promise<Service> => {
  const session = randomBytes(6).toString('hex')
  const owner = openPool(databaseUrl, { role: 'owner', max: 2, log, session, statementMs: 600_000 })
  const ingest = openPool(databaseUrl, { role: 'zaitu_ingest', max: 6, log, session, warm: 'select plan_alarms()' })
  // what is asked of the past takes long, and must not keep what comes in waiting
  const hindsight = openPool(databaseUrl, { role: 'zaitu_ingest', max: 3, log, session })
  const people = openPool(databaseUrl, { role: 'zaitu_app', max: 10, log, session })
  const metrics = new Registry()

  const capability = await capabilityOf(owner)
  const upkeep = createUpkeep({
    pool: owner,
    capability,
    retentionDays: config.RETENTION_DAYS,
    compressAfterDays: config.COMPRESS_AFTER_DAYS,
    log,
  })
  await upkeep.start()

  const hub = config.REDIS_URL === undefined ? createLocalHub() : createRedisHub(config.REDIS_URL, log)
  const devices = deviceSignIn(ingest)
  const brokers = createBrokers({ config, devices, owner, ingest, log })
  const { source } = brokers
  const meters = createMeters(metrics)
  const pipeline = createPipeline({
    pool: ingest,
    log,
    publish: (topic, payload, options) => source.publish(topic, payload, options),
    live: { readings: hub.readings, alarmsChanged: hub.alarmsChanged },
    intakeUp: source.connected,
    ...(source.connections !== undefined && { connections: source.connections }),
    ...(fold !== undefined && { fold }),
    gapPatienceMs: config.GAP_ALARM_MINUTES * 60_000,
    server: {
      name: config.MQTT_CLIENT_ID,
      session,
      gone: (name) => {
        source
          .takeOver?.(name)
          .catch((error: unknown) =>
            log.warn(
              { error: String(error), server: name },
              'what waited for another server comes when it is sent again',
            ),
          )
      },
    },
    observe: meters,
  })

  const milestones = createMilestones({ pool: ingest, log, orderChanged: hub.orderChanged })
  const take = (message: Message): void => (isSuppliers(message) ? milestones : pipeline).deliver(message)
  const notifications = createNotifications({ pool: ingest, config, log, observe: meters.notified })
  const reminders = createReminders({ pool: ingest, mail: mailServerOf(config), origin: config.PUBLIC_URL, log })
  const forecaster = createForecaster({
    pool: hindsight,
    log,
    orderChanged: hub.orderChanged,
    alarmsChanged: hub.alarmsChanged,
  })
  const accessChanged = async (codes: string[]): Promise<void> => {
    for (const code of codes) devices.forget(code)
    await pipeline.devicesChanged()
    await brokers.recheck(codes)
  }
  const deviceWatch = watchDevices(ingest, log, accessChanged)

  let stopping = false
  const ready = createReadiness({
    askDatabase: () => people.query('select 1'),
    brokerConnected: source.connected,
    lagMs: pipeline.lagMs,
    redisConnected: () => (config.REDIS_URL === undefined ? null : hub.connected()),
    stopping: () => stopping,
  })

  const app = await buildApp({
    pool: people,
    log,
    metrics,
    devices,
    devicesChanged: (code) =>
      accessChanged([code]).catch((error: unknown) =>
        log.warn({ error: String(error) }, 'who may stay connected is looked at again in a moment'),
      ),
    ...(brokers.accounts !== null && { brokerAccounts: brokers.accounts }),
    ...(brokers.access !== null && { mqttAccess: brokers.access }),
    addresses: brokers.addresses,
    ready,
    submit: createSubmit({ deliver: take, waiting: pipeline.waiting }),
    refoldsRequested: pipeline.refoldSoon,
    alarmsChanged: hub.alarmsChanged,
    orderChanged: hub.orderChanged,
    forecasts: forecaster,
    accessEnded: hub.accessEnded,
    testChannel: notifications.test,
    hasMailServer: notifications.hasMailServer,
    privateAddresses: config.NOTIFY_PRIVATE_ADDRESSES,
    secureCookies: config.SECURE_COOKIES,
    dashboard,
    demoSignIn,
    ...(config.METRICS_TOKEN !== undefined && { metricsToken: config.METRICS_TOKEN }),
    ...(config.TRUST_PROXY !== undefined && { trustProxy: config.TRUST_PROXY }),
    ...(config.PUBLIC_URL !== undefined && { publicUrl: config.PUBLIC_URL }),
    oidcProviders: config.OIDC_PROVIDERS,
  })

  const live = await attachLive(app, {
    hub,
    log,
    parseCursor,
    formatCursor,
    feed: {
      isAfter,
      head: () => feedHead(ingest),
      after: async (cursor, viewer, most) => {
        const read =
          viewer === null
            ? feedAfter(ingest, cursor, most)
            : asOrganisation(people, viewer, (tx) => feedAfter(tx, cursor, most))
        return (await read).map((entry) => ({
          cursor: entry.cursor,
          audience: entry.audience,
          shipmentId: entry.shipmentId,
          frame: JSON.stringify({
            type: 'alarm',
            cursor: formatCursor(entry.cursor),
            change: entry.change,
            alarm: entry.alarm,
          }),
        }))
      },
    },
    ...liveAccess(people, config),
    limitRate: app.rateLimit(rateLimits({})),
    snapshots: {
      orders: (orgId) =>
        asOrganisation(people, { orgId }, async (tx) =>
          (await listOrders(tx, { after: null, limit: ORDERS_PAGE })).map(({ order }) => order),
        ),
      order: (orgId, id) => asOrganisation(people, { orgId }, (tx) => readOrder(tx, id)),
      fleet: (orgId) =>
        asOrganisation(people, { orgId }, (tx) => listShipments(tx, { after: null, limit: FLEET_PAGE })),
      shipment: (viewer, id) => asOrganisation(people, viewer, (tx) => readShipment(tx, id)),
      alarms: (viewer) =>
        asOrganisation(
          people,
          viewer,
          async (tx) => ({
            cursor: await feedHead(tx),
            items: (await readAlarms(tx, { state: 'open' })).map(({ alarm }) => alarm),
          }),
          SNAPSHOT,
        ),
    },
  })

  meters.watch({
    waiting: pipeline.waiting,
    lagMs: pipeline.lagMs,
    connected: source.connected,
    redis: () => (config.REDIS_URL === undefined ? null : hub.connected()),
    clients: live.clients,
    health: () => readHealth(ingest),
  })

  const publisher = createHeadPublisher({
    targets: [
      ...(config.AUDIT_HEADS_FILE === undefined ? [] : [headFile(config.AUDIT_HEADS_FILE)]),
      ...(config.AUDIT_HEADS_URL === undefined ? [] : [headUrl(config.AUDIT_HEADS_URL)]),
    ],
    heads: () => allHeads(owner),
    claim: (target) => claimPublication(owner, target),
    done: (day, target) => publicationDone(owner, day, target),
    log,
  })
  const forecasting = keepForecasting(forecaster, log)
  const shelves = createShelves({ pool: ingest, log, alarmsChanged: hub.alarmsChanged })

  await brokers.accounts?.start()
  await source.start(take)
  await app.listen({ host: config.HOST, port: config.PORT })
  log.info({ capability, redis: config.REDIS_URL !== undefined }, 'ready')

  return {
    app,
    source,
    settled: async () => {
      await milestones.settled()
      await pipeline.settled()
    },
    stop: async () => {
      stopping = true
      await source.pause()
      await milestones.stop()
      await pipeline.stop()
      await source.close()
      await brokers.accounts?.stop()
      await deviceWatch.stop()
      await live.stop()
      await app.close()
      await shelves.stop()
      await forecasting.stop()
      await reminders.stop()
      await notifications.stop()
      await publisher.stop()
      await upkeep.stop()
      await hub.close()
      await Promise.all([owner.end(), ingest.end(), hindsight.end(), people.end()])
    },
  }
}
