import { expect, test, vi } from 'vitest'
import { Order } from '../../../server/model/order.ts'
import { startRunning } from './running.ts'

test('who listens to orders gets them as they are, and each change', async () => {
  const running = await startRunning()
  try {
    const supplierId = (await running.ask('POST', '/organisations', { name: 'Linhai', kind: 'supplier' })).body.id
    const order = {
      number: 'PO-1',
      supplierId,
      lines: [{ line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: '2027-03-01T00:00:00Z' }],
    }
    const { id } = (await running.ask('POST', '/orders', order)).body
    const socket = await running.connect()
    socket.say({ type: 'subscribe', topic: 'orders' })
    await vi.waitFor(() => expect(socket.of('snapshot')).toHaveLength(1), { timeout: 15_000 })
    expect(socket.of('snapshot')[0]?.items).toMatchObject([{ id, number: 'PO-1' }])
    const said = { stage: 'ready', classifier: 'actual', at: new Date(Date.now() - 1_000).toISOString() }
    await running.ask('POST', `/orders/${id}/lines/1/milestones`, said)
    await vi.waitFor(() => expect(socket.of('order').at(-1)?.order.lines).toMatchObject([{ reached: 'ready' }]), {
      timeout: 15_000,
    })
    // and what that did to the forecast, within seconds: all is made but for the last stage, which takes days and not weeks
    const soon = Date.now() + 14 * 86_400_000
    const news = (from: typeof socket) => from.of('order').map(({ order: one }) => Order.parse(one))
    const p50 = () => Date.parse(news(socket).at(-1)?.lines[0]?.forecast?.p50 ?? '')
    await vi.waitFor(() => expect(p50()).toBeLessThan(soon), { timeout: 10_000 })
    socket.say({ type: 'unsubscribe', topic: 'orders' })
    const other = await running.connect()
    other.say({ type: 'subscribe', topic: 'orders' })
    const before = socket.of('order').length
    await running.ask('POST', '/orders', { ...order, number: 'PO-2' })
    // told to who still listens
    await vi.waitFor(() => expect(news(other).map(({ number }) => number)).toContain('PO-2'), { timeout: 15_000 })
    expect(socket.of('order')).toHaveLength(before)
    socket.say({ type: 'subscribe', topic: 'orders' })
    await vi.waitFor(() => expect(socket.of('snapshot').at(-1)?.items).toHaveLength(2), { timeout: 15_000 })
  } finally {
    await running.close()
  }
})
