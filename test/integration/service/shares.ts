import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Frame, Running } from './running.ts'

/** Makes a link to a shipment and opens it, as the page under /shared does. */
export const openShare = async (
  running: Running,
  shipmentId: string,
  lastsMs = 3_600_000,
): Promise<{ id: string; cookie: string }> => {
  const made = await running.ask('POST', '/share-links', {
    shipmentId,
    expiresAt: new Date(Date.now() + lastsMs).toISOString(),
  })
  if (made.status !== 201) throw new Error(`no link: ${made.status} ${JSON.stringify(made.body)}`)
  const token = String(made.body.link).split('#')[1]
  const answer = await fetch(`${running.base}/session/share`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (!answer.ok) throw new Error(`the link does not open: ${answer.status} ${await answer.text()}`)
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { id: String(made.body.id), cookie }
}

/** The live connection of that page. Rejects with the status where the server refuses it. */
export const connectShare = async (running: Running, cookie: string, protocols = ['zaitu.share']) => {
  const ws = new WebSocket(`${running.base.replace('http', 'ws')}/live`, protocols, { headers: { cookie } })
  const frames: Frame[] = []
  ws.on('message', (data) => frames.push(JSON.parse(data.toString())))
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  await once(ws, 'open')
  return { ws, frames, closed, say: (message: unknown) => ws.send(JSON.stringify(message)) }
}
