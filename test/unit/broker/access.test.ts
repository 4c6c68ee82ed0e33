import { describe, expect, it } from 'vitest'
import { createAccess } from '../../../server/broker/access.ts'

describe('what a device may do', () => {
  const access = createAccess('d1')
  it.each([
    ['zaitu/v1/devices/d1/telemetry', true, false],
    ['zaitu/v1/devices/d1/status', true, false],
    ['zaitu/v1/devices/d1/committed', false, true],
    ['zaitu/v1/devices/d1/resend', false, true],
    ['zaitu/v1/devices/d2/telemetry', false, false],
    ['zaitu/v1/devices/d11/telemetry', false, false],
    ['zaitu/v1/devices/d1/telemetry/', false, false],
    ['zaitu/v1/devices/d1/+', false, false],
    ['zaitu/v1/devices/+/committed', false, false],
    ['zaitu/v1/suppliers/d1/milestones', false, false],
    ['$share/g/zaitu/v1/devices/d1/committed', false, false],
    ['$SYS/#', false, false],
    ['#', false, false],
    ['', false, false],
  ])('%s: publish %s, subscribe %s', (topic, publish, subscribe) => {
    expect([access.mayPublish(topic), access.maySubscribe(topic)]).toEqual([publish, subscribe])
  })
})
