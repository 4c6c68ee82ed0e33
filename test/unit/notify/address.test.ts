import { describe, expect, it } from 'vitest'
import { isPrivate } from '../../../server/notify/address.ts'
import { createPost } from '../../../server/notify/post.ts'

describe('an address', () => {
  it.each([
    '127.0.0.1', '10.1.2.3', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
    '255.255.255.255', '::1', '::', '::ffff:10.0.0.1', '::ffff:8.8.8.8', 'fe80::1', 'fe80::1%eth0', 'fd00::1', 'ff02::1', '64:ff9b::a00:1',
    '2002:a00:1::', 'not an address',
  ])('%s is private', (address) => expect(isPrivate(address)).toBe(true)) // biome-ignore format: a list
  it.each(['8.8.8.8', '223.5.5.5', '172.32.0.1', '100.128.0.1', '2400:3200::1', '2606:4700::1111'])(
    '%s is public',
    (address) => expect(isPrivate(address)).toBe(false),
  )
})

describe('posting', () => {
  const post = createPost({ privateAddresses: false, patienceMs: 2_000 })
  it.each([
    'https://127.0.0.1:1/', 'https://[::1]:1/', 'https://localhost:1/', 'https://0x7f.1:1/', 'https://2130706433/', 'https://[::ffff:127.0.0.1]/',
    'http://93.184.216.34/',
  ])('%s is refused before a connection is made', async (url) => {
    expect(await post(url, '{}')).toMatchObject({ ok: false, problem: 'private-address' })
  }) // biome-ignore format: a list
})
