import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPacketMeter } from '../../../server/broker/packet-meter.ts'

const packet = (kind: number, body: number) => {
  const length: number[] = []
  for (let left = body; ; left = Math.floor(left / 128)) {
    length.push(left < 128 ? left : (left % 128) | 0x80)
    if (left < 128) break
  }
  return Buffer.concat([Buffer.from([kind, ...length]), Buffer.alloc(body, 0xff)])
}
const CONNECT = packet(0x10, 40)

/** the answer to a stream that comes in pieces of these sizes */
const judge = (bytes: Buffer, sizes: number[]) => {
  const meter = createPacketMeter(1_000, 100)
  let at = 0
  for (let n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1
    const answer = meter(bytes.subarray(at, at + size))
    if (answer) return answer
    at += size
  }
  return null
}

describe('the packet meter', () => {
  it.each([
    ['packets up to the limit', [CONNECT, packet(0x30, 997), packet(0xc0, 0), packet(0x30, 0)], null],
    ['one byte more', [CONNECT, packet(0x30, 998)], 'a packet of 1001 bytes; at most 1000 are taken'],
    ['a first packet over its own limit', [packet(0x10, 99)], 'a packet of 101 bytes; at most 100 are taken'],
    ['a first packet that is no CONNECT', [packet(0x30, 10)], 'this is not MQTT: the first packet is no CONNECT'],
    [
      'a length of five bytes',
      [CONNECT, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])],
      'this is not MQTT: a packet length of more than four bytes',
    ],
  ] as const)('judges %s alike, however the bytes are cut', (_, packets, answer) => {
    const bytes = Buffer.concat(packets)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        expect(judge(bytes, sizes)).toBe(answer)
      }),
    )
  })

  it('objects at the header, before the body has come', () => {
    const meter = createPacketMeter(1_000, 100)
    expect(meter(CONNECT)).toBeNull()
    expect(meter(Buffer.from([0x30]))).toBeNull()
    expect(meter(Buffer.from([0xff, 0xff]))).toBeNull()
    expect(meter(Buffer.from([0x7f]))).toMatch(/2097155 bytes/)
  })
})
