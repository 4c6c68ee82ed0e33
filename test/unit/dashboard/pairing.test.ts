import { describe, expect, it } from 'vitest'
import { agentName } from '../../../dashboard/account/agent.ts'
import { PASSWORD_LEAST, passwordRules } from '../../../dashboard/account/password.ts'
import { exampleCommand, pairingText } from '../../../dashboard/devices/pairing.ts'
import { secretState } from '../../../dashboard/devices/secret-state.ts'
import { sectionsOf } from '../../../dashboard/manage/sections.ts'
import { mayRun } from '../../../dashboard/state/may.ts'
import { exampleRequest } from '../../../dashboard/tokens/example.ts'
import { NewPassword } from '../../../server/model/account.ts'
import type { User } from '../../../server/model/session.ts'

const CONNECTION = { mqtt: 'mqtt://tank.example:1884', mqtts: 'mqtts://tank.example', http: 'https://tank.example' }
const user = (role: User['role'], kind: User['kind'] = 'person'): User => ({
  id: '0197a000-0000-7000-8000-000000000000',
  kind,
  email: null,
  name: 'Chen Yu',
  role,
  organisation: { id: '0197a000-0000-7000-8000-000000000001', name: 'East Sea', kind: 'buyer' },
  shipmentId: null,
})

describe('what a device is told', () => {
  it('prefers TLS, with the port that the address has or means', () => {
    expect(exampleCommand(CONNECTION, 'd1', 's')).toContain('-h tank.example -p 8883 --tls-use-os-certs')
    const plain = exampleCommand({ ...CONNECTION, mqtts: null }, 'd1', 's')
    expect(plain).toContain('-p 1884 -q 1 -i d1 -u d1')
    expect(plain).toContain('-t zaitu/v1/devices/d1/telemetry')
  })

  it('is in the QR code what an app needs, and no address where none is known', () => {
    expect(JSON.parse(pairingText(CONNECTION, 'd1', 's'))).toEqual({
      id: 'd1',
      secret: 's',
      url: 'mqtts://tank.example',
    })
    expect(JSON.parse(pairingText(null, 'd1', 's'))).toEqual({ id: 'd1', secret: 's' })
    expect(exampleCommand(null, 'd1', 's')).toBeNull()
  })

  it('says of a secret whether an old one still works', () => {
    const until = { revokedAt: null, oldSecretValidUntil: '2026-11-23T04:00:00Z' }
    const at = Date.parse(until.oldSecretValidUntil)
    expect(secretState(until, at - 1)).toBe('two')
    expect(secretState(until, at)).toBe('valid')
    expect(secretState({ ...until, revokedAt: '2026-11-22T00:00:00Z' }, at - 1)).toBe('revoked')
  })
})

describe('a password while it is typed', () => {
  it('has the length that the server asks for', () => {
    const enough = 'x'.repeat(PASSWORD_LEAST)
    expect(NewPassword.safeParse(enough).success).toBe(true)
    expect(NewPassword.safeParse(enough.slice(1)).success).toBe(false)
  })

  it.each([
    ['quiet rivers', true, true],
    ['river', false, false],
    ['chen.yu@east.example', true, false],
    ['aaaaaaaaaaaaaa', true, false],
  ])('%s', (password, length, own) => {
    expect(passwordRules(password, ['chen.yu@east.example', 'Chen Yuan'])).toEqual({ length, own })
  })
})

describe('who is offered what', () => {
  it('admins the organisation, others themselves and the devices', () => {
    expect(sectionsOf(user('admin'))).toHaveLength(9)
    expect(sectionsOf(user('member'))).toEqual(['account', 'devices', 'quality'])
    expect(sectionsOf(user('viewer'))).toEqual(['account', 'devices', 'quality'])
  })

  it('a supplier, a viewer and a share link run no shipment', () => {
    expect(mayRun(user('member'), 'carrier')).toBe(true)
    expect(mayRun(user('admin'), 'supplier')).toBe(false)
    expect(mayRun(user('viewer'), 'buyer')).toBe(false)
    expect(mayRun(user('member', 'share'), 'buyer')).toBe(false)
  })
})

it('names a browser and a system from a user agent', () => {
  expect(agentName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36')).toBe(
    'Chrome, Linux',
  )
  expect(agentName('erp-connector/2')).toBe('erp-connector/2')
  expect(agentName('')).toBeNull()
})

it('shows a token at work by what its scope may do', () => {
  expect(exampleRequest('https://z', 'read', 'zt_x')).toBe(
    'curl https://z/api/v1/shipments -H "Authorization: Bearer zt_x"',
  )
  expect(exampleRequest('https://z', 'telemetry', 'zt_x')).toContain('/api/v1/telemetry')
})
