import { describe, expect, it } from 'vitest'
import { createInFlight } from '../../../server/broker/in-flight.ts'

describe('what is in flight', () => {
  it('stops a connection at its own bound, in messages or in bytes', () => {
    const held = createInFlight({ messages: 100, bytes: 1e6 }, { messages: 2, bytes: 500 }, () => {})
    const many = held.share()
    const first = many.take(1)
    expect(many.full()).toBe(false)
    many.take(1)
    expect(many.full()).toBe(true)
    first()
    expect(many.full()).toBe(false)
    const large = held.share()
    large.take(500)
    expect(large.full()).toBe(true)
  })

  it('stops at the total every connection that holds something, and none that holds nothing', () => {
    const held = createInFlight({ messages: 3, bytes: 1e6 }, { messages: 100, bytes: 1e6 }, () => {})
    const [busy, other, idle] = [held.share(), held.share(), held.share()]
    const release = busy.take(1)
    busy.take(1)
    other.take(1)
    expect([busy.full(), other.full(), idle.full()]).toEqual([true, true, false])
    release()
    expect([busy.full(), other.full(), idle.full()]).toEqual([false, false, false])
  })

  it('counts out once, and tells that there is room', () => {
    let room = 0
    const held = createInFlight({ messages: 3, bytes: 9 }, { messages: 3, bytes: 9 }, () => {
      room += 1
    })
    const release = held.share().take(4)
    expect([held.messages(), held.bytes()]).toEqual([1, 4])
    expect([release(), release()]).toEqual([true, false])
    expect([held.messages(), held.bytes(), room]).toEqual([0, 0, 1])
  })
})
