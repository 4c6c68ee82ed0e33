import { describe, expect, it } from 'vitest'
import { createOutbound } from '../../../server/broker/outbound.ts'

const publish = (payload: string) => ({ topic: 't', payload, retain: false })

describe('what goes out', () => {
  const createPeer = () => {
    const sent: { payload: string; done: (error?: Error) => void }[] = []
    return {
      sent,
      send: ({ payload }: { payload: string }, done: (error?: Error) => void) => sent.push({ payload, done }),
    }
  }

  it('keeps to the window, and sends the next when one is acknowledged', async () => {
    const { sent, send } = createPeer()
    const outbound = createOutbound(send, 2, 10)
    const results = ['a', 'b', 'c'].map((payload) => outbound.publish(publish(payload)))
    expect(sent.map(({ payload }) => payload)).toEqual(['a', 'b'])
    sent[0]?.done()
    expect(sent.map(({ payload }) => payload)).toEqual(['a', 'b', 'c'])
    sent[1]?.done(new Error('not authorised'))
    sent[2]?.done()
    expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
  })

  it('rejects what would wait behind too many, and everything once the line is cut', async () => {
    const { send } = createPeer()
    const outbound = createOutbound(send, 1, 1)
    const sent = outbound.publish(publish('sent'))
    const waiting = outbound.publish(publish('waiting'))
    await expect(outbound.publish(publish('third'))).rejects.toThrow(/already wait/)
    outbound.cut()
    await expect(sent).rejects.toThrow(/lost/)
    await expect(waiting).rejects.toThrow(/lost/)
    await expect(outbound.publish(publish('late'))).rejects.toThrow(/closed/)
  })
})
