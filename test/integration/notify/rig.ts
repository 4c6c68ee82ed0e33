import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { vi } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import type { NotificationItem } from '../../../server/model/notification.ts'
import { createNotifications, type Notifications } from '../../../server/notifications.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase } from '../../setup/database.ts'
import { type Client, type Service, shipmentBody, startService } from '../http/service.ts'

export type Raise = {
  rule?: string
  priority?: 'critical' | 'high' | 'medium' | 'low'
  shipmentId?: string
  /** epoch ms */
  raisedAt?: number
  key?: string
}
export type Rig = {
  service: Service
  admin: Client
  ingest: Pool
  url: string
  shipmentId: string
  /** begins sending, as one more server; tries again after these times */
  start(delaysMs?: readonly number[]): Notifications
  channel(body: Record<string, unknown>): Promise<{ id: string; secret: string | null }>
  rule(channelId: string, more?: Record<string, unknown>): Promise<string>
  /** an alarm, with its event in the outbox; its id */
  raise(more?: Raise): Promise<string>
  items(query?: string): Promise<NotificationItem[]>
  /** nobody sends any more, and there are no channels, alarms and notifications */
  clear(): Promise<void>
  close(): Promise<void>
}

/** HTTP and senders over a database of its own, without a pipeline: alarms are put there. */
export const startRig = async (settings: Record<string, string> = {}): Promise<Rig> => {
  const database = await freshDatabase()
  const log = pino({ level: 'silent' })
  const config = readConfig({ NOTIFY_PRIVATE_ADDRESSES: 'true', PUBLIC_URL: 'https://zaitu.example', ...settings })
  const ingest = openPool(database.url, { role: 'zaitu_ingest', max: 4, log })
  const running: Notifications[] = []
  const tester = createNotifications({ pool: ingest, config, log })
  await tester.stop()
  const service = await startService(
    { privateAddresses: true, hasMailServer: true, testChannel: tester.test },
    { ...database, close: database.drop },
  )
  const admin = await service.signIn(service.one.email.admin)
  const shipment = await admin.ask(
    'POST',
    '/shipments',
    shipmentBody('ZT-1', { contacts: [{ name: 'Wang', phone: '110', role: '24 h' }] }),
  )
  const shipmentId: string = shipment.json().id
  await admin.ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 5 })
  const items = async (query = ''): Promise<NotificationItem[]> =>
    (await admin.ask('GET', `/notifications${query}`)).json().items
  return {
    service,
    admin,
    ingest,
    url: database.url,
    shipmentId,
    items,
    start: (delaysMs = [10, 10]) => {
      const started = createNotifications({ pool: ingest, config, log, delaysMs, everyMs: 20 })
      running.push(started)
      return started
    },
    channel: async (body) => {
      const made = await admin.ask('POST', '/channels', { name: randomUUID(), language: 'en', perMinute: 20, ...body })
      if (made.statusCode !== 201) throw new Error(made.body)
      return made.json()
    },
    rule: async (channelId, more = {}) => {
      const made = await admin.ask('POST', '/notification-rules', {
        channelId,
        priorities: ['critical', 'high', 'medium', 'low'],
        ...more,
      })
      if (made.statusCode !== 201) throw new Error(made.body)
      return made.json().id
    },
    raise: async ({
      rule = 'temperature-high',
      priority = 'high',
      shipmentId: on = shipmentId,
      raisedAt = Date.now(),
      key,
    } = {}) => {
      const id = randomUUID()
      await service.owner.query(
        `with made as (
           insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation, raised_at, latching)
           select $1, s.org_id, $2, (select id from devices where code = 'tank-1'), $3, $4,
             now() - make_interval(secs => random()), 31, 31, 30, 'It is warm', $5, $4 = 'critical' from shipments s where s.id = $2
           returning org_id)
         insert into outbox (org_id, kind, key, payload)
         select org_id, 'alarm-raised', coalesce($6, 'alarm-raised:' || $1::text), jsonb_build_object('id', $1::text, 'shipmentId', $2::text) from made`,
        [id, on, rule, priority, new Date(raisedAt), key ?? null],
      )
      return id
    },
    clear: async () => {
      await Promise.all(running.splice(0).map((one) => one.stop()))
      await service.owner.query(
        `truncate notifications, escalation_steps, notification_rules, channels, outbox, alarm_actions, alarm_changes, alarms`,
      )
      await service.owner.query(`update shipments set phase = 'in-transit', carrier_id = null`)
      await service.owner.query(`delete from shipment_phases where phase <> 'in-transit'`)
    },
    close: async () => {
      await Promise.all(running.map((one) => one.stop()))
      await ingest.end()
      await service.close()
    },
  }
}

export const soon = (check: () => Promise<void> | void): Promise<void> =>
  vi.waitFor(check, { timeout: 15_000, interval: 50 })
