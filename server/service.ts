import type { FastifyInstance } from 'fastify'
import type { Logger as Pino } from 'pino'
import { Registry } from 'prom-client'
import { createShelves } from './alarms/shelves.ts'
import { buildApp } from './app.ts'
import { createEmbeddedBroker } from './broker/embedded.ts'
import { createExternalBroker } from './broker/external.ts'
import type { Source } from './broker/source.ts'
import type { Config } from './config.ts'
import { createLocalHub } from './live/hub.ts'
import { createRedisHub } from './live/redis.ts'
import { attachLive } from './live/socket.ts'
import { createMeters } from './meters.ts'
import { createDispatcher, logChannel } from './notify/dispatcher.ts'
import { createPipeline } from './pipeline.ts'
import { sessionFromHeaders } from './routes/authentication.ts'
import { feedAfter, feedHead, formatCursor, isAfter, parseCursor } from './store/alarm-feed.ts'
import { readAlarms } from './store/alarms.ts'
import { deviceSignIn } from './store/devices.ts'
import { readHealth } from './store/health.ts'
import { claimDue, markFailed, markSent } from './store/outbox.ts'
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

/** Reads consistently: a snapshot and its cursor belong to one moment. */
const SNAPSHOT = 'begin isolation level repeatable read read only'
const FLEET_PAGE = 1_000

/**
 * Wires the parts over a database that has been migrated, and opens them in order: storage, pipeline, broker, HTTP. The
 * ways in last; `stop` closes in reverse, so that what was taken in is still committed and acknowledged.
 */
export const startService = async (
  config: Config,
  databaseUrl: string,
  log: Pino,
  dashboard: string | null,
  demoSignIn?: { email: string; password: string },
): Promise<Service> => {
  const owner = openPool(databaseUrl, { role: 'owner', max: 2, log, statementMs: 600_000 })
  const ingest = openPool(databaseUrl, { role: 'zaitu_ingest', max: 6, log })
  const people = openPool(databaseUrl, { role: 'zaitu_app', max: 10, log })
  const metrics = new Registry()

  const capability = await capabilityOf(owner)
  const upkeep = createUpkeep({ pool: owner, capability, retentionDays: config.RETENTION_DAYS, log })
  await upkeep.start()

  const hub = config.REDIS_URL === undefined ? createLocalHub() : createRedisHub(config.REDIS_URL, log)
  const devices = deviceSignIn(ingest)
  // an external broker has its own list of who may connect
  let sendAway = (_code: string): void => undefined
  const openEmbedded = (): Source => {
    const broker = createEmbeddedBroker({
      host: config.HOST,
      port: config.MQTT_PORT,
      authenticate: devices.authenticate,
      log,
    })
    sendAway = (code) => void broker.disconnect(code)
    return broker
  }
  const source: Source =
    config.MQTT_URL === undefined
      ? openEmbedded()
      : createExternalBroker({
          url: config.MQTT_URL,
          clientId: config.MQTT_CLIENT_ID,
          // a member that is gone keeps its share: only where there are several servers (mosquitto 2662)
          shared: config.REDIS_URL !== undefined,
          log,
          ...(config.MQTT_USERNAME !== undefined && { username: config.MQTT_USERNAME }),
          ...(config.MQTT_PASSWORD !== undefined && { password: config.MQTT_PASSWORD }),
        })
  const meters = createMeters(metrics)
  const pipeline = createPipeline({
    pool: ingest,
    log,
    publish: (topic, payload, options) => source.publish(topic, payload, options),
    live: { readings: hub.readings, alarmsChanged: hub.alarmsChanged },
    observe: meters,
  })

  const ready = async () => {
    const database = await people.query('select 1').then(
      () => ({ ok: true }),
      (error: Error) => ({ ok: false, reason: error.message }),
    )
    const broker = source.connected() ? { ok: true } : { ok: false, reason: 'the MQTT broker is out of reach' }
    return { ok: database.ok && broker.ok, checks: { database, broker } }
  }

  const app = await buildApp({
    pool: people,
    log,
    metrics,
    devices: {
      authenticate: devices.authenticate,
      // who signed in with the old secret is sent away with it
      forget: (code) => {
        devices.forget(code)
        sendAway(code)
      },
    },
    ready,
    submit: createSubmit(pipeline),
    refoldsRequested: pipeline.refoldSoon,
    alarmsChanged: hub.alarmsChanged,
    accessEnded: hub.accessEnded,
    secureCookies: config.SECURE_COOKIES,
    dashboard,
    demoSignIn,
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
    authenticate: async (headers, from) => {
      const who = await sessionFromHeaders(people, headers, { secure: config.SECURE_COOKIES, from })
      // a token that only posts may not listen
      return who?.scope === 'telemetry' || who?.scope === 'milestones' ? null : who
    },
    snapshots: {
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
    connected: source.connected,
    clients: live.clients,
    health: () => readHealth(ingest),
  })

  const dispatcher = createDispatcher({
    claim: (most) => claimDue(ingest, most),
    sent: (id) => markSent(ingest, id),
    failed: (id, reason) => markFailed(ingest, id, reason),
    channels: [logChannel(log)],
    log,
  })

  const shelves = createShelves({ pool: ingest, log, alarmsChanged: hub.alarmsChanged })

  await source.start(pipeline.deliver)
  await app.listen({ host: config.HOST, port: config.PORT })
  log.info({ capability, redis: config.REDIS_URL !== undefined }, 'ready')

  return {
    app,
    source,
    settled: pipeline.settled,
    stop: async () => {
      await source.pause()
      await pipeline.stop()
      await source.close()
      await live.stop()
      await app.close()
      await shelves.stop()
      await dispatcher.stop()
      await upkeep.stop()
      await hub.close()
      await Promise.all([owner.end(), ingest.end(), people.end()])
    },
  }
}
