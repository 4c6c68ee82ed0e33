import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Mailbox, type Receiver, saying, startMailbox, startReceiver } from './receivers.ts'
import { type Rig, soon, startRig } from './rig.ts'

let receiver: Receiver
let mailbox: Mailbox
let rig: Rig
beforeAll(async () => {
  receiver = await startReceiver()
  mailbox = await startMailbox()
  rig = await startRig({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURITY: 'none',
    SMTP_USERNAME: 'zaitu',
    SMTP_PASSWORD: 'let me in',
    SMTP_FROM: 'Zaitu <alarms@zaitu.example>',
  })
  rig.start()
})
afterAll(async () => {
  await rig?.close()
  await receiver?.close()
  await mailbox?.close()
})
beforeEach(() => {
  receiver.got.length = 0
  mailbox.got.length = 0
  receiver.answer = (response) => response.writeHead(204).end()
})

/** A channel of its own that is told of the alarms raised meanwhile, and is gone afterwards. */
const told = async (body: Record<string, unknown>, work: (id: string, secret: string | null) => Promise<void>) => {
  const { id, secret } = await rig.channel(body)
  await rig.rule(id)
  try {
    await work(id, secret)
  } finally {
    expect((await rig.admin.ask('DELETE', `/channels/${id}`)).statusCode).toBe(204)
  }
}
const test = async (id: string) => (await rig.admin.ask('POST', `/channels/${id}/test`)).json()
const signed = (secret: string, index = 0) => {
  const got = receiver.got[index]
  const header = (name: string) => String(got?.headers[name])
  return new Webhook(secret).verify(got?.body ?? '', {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  })
}

describe('a webhook', () => {
  it('is signed by both secrets while one is being changed, and the old one ends', async () => {
    await told({ kind: 'webhook', url: receiver.url }, async (id, secret) => {
      const { secret: next } = (await rig.admin.ask('POST', `/channels/${id}/secret`, { overlapHours: 1 })).json()
      expect(await test(id)).toEqual({ ok: true, problem: null, detail: null })
      expect(signed(String(secret))).toMatchObject({ type: 'test' })
      expect(signed(next)).toMatchObject({ type: 'test' })
      await rig.admin.ask('POST', `/channels/${id}/secret`, { overlapHours: 0 })
      await test(id)
      expect(() => signed(next, 1)).toThrow('No matching signature')
    })
  })

  it('is held by no receiver for true once five minutes have passed', async () => {
    await told({ kind: 'webhook', url: receiver.url }, async (id, secret) => {
      await test(id)
      const headers = receiver.got[0]?.headers
      const old = { ...headers, 'webhook-timestamp': String(Number(headers?.['webhook-timestamp']) - 301) }
      expect(() =>
        new Webhook(String(secret)).verify(receiver.got[0]?.body ?? '', JSON.parse(JSON.stringify(old))),
      ).toThrow('too old')
    })
  })

  it('follows no redirect', async () => {
    await told({ kind: 'webhook', url: receiver.url }, async (id) => {
      receiver.answer = (response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end()
      expect(await test(id)).toMatchObject({ ok: false, problem: 'redirected' })
      expect(receiver.got.map(({ path }) => path)).toEqual(['/'])
    })
  })

  it('that answers nothing is said to be out of reach, and its row says so until it answers again', async () => {
    await told({ kind: 'webhook', url: 'http://127.0.0.1:9/' }, async (id) => {
      expect(await test(id)).toMatchObject({
        ok: false,
        problem: 'unreachable',
        detail: expect.stringContaining('ECONNREFUSED'),
      })
      const { items } = (await rig.admin.ask('GET', '/channels')).json()
      expect(items).toContainEqual(
        expect.objectContaining({ id, testProblem: 'unreachable', address: 'http://127.0.0.1:9/…' }),
      )
      const moved = await rig.admin.ask('PATCH', `/channels/${id}`, { url: receiver.url })
      expect(moved.json()).toMatchObject({ testProblem: null, testedAt: null })
      expect(await test(id)).toMatchObject({ ok: true })
    })
  })
})

describe('DingTalk', () => {
  const secret = 'SEC0123456789'
  const url = () => `${receiver.url}/robot/send?access_token=t0ken`
  it('is signed as its robots want it', async () => {
    receiver.answer = saying({ errcode: 0, errmsg: 'ok' })
    await told({ kind: 'dingtalk', url: url(), secret, language: 'zh' }, async () => {
      await rig.raise()
      await soon(() => expect(receiver.got).toHaveLength(1))
      const [got] = receiver.got
      const timestamp = got?.query.get('timestamp') ?? ''
      expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000)
      expect(got?.query.get('sign')).toBe(
        createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'),
      )
      expect(got?.query.get('access_token')).toBe('t0ken')
      expect(got?.json).toMatchObject({ msgtype: 'markdown', markdown: { title: '[高] 温度偏高 · ZT-1' } })
      expect(got?.json.markdown?.text).toContain('温度 31 °C，高于限值 30 °C')
    })
  })
  it.each([
    [{ errcode: 310000, errmsg: 'sign not match' }, 'signature'],
    [{ errcode: 310000, errmsg: 'keywords not in content' }, 'keyword'],
    [{ errcode: 130101, errmsg: 'send too fast' }, 'rate'],
    [{ errcode: 300001, errmsg: 'token is not exist' }, 'gone'],
    ['<html>', 'rejected'],
  ])('says %o in a 200, which is %s', async (said, problem) => {
    receiver.answer = saying(said)
    await told({ kind: 'dingtalk', url: url() }, async (id) =>
      expect(await test(id)).toMatchObject({ ok: false, problem }),
    )
  })
})

describe('WeCom', () => {
  it('takes no more than 4,096 bytes', async () => {
    receiver.answer = saying({ errcode: 0, errmsg: 'ok' })
    await told(
      { kind: 'wecom', url: `${receiver.url}/cgi-bin/webhook/send?key=k`, language: 'zh', perMinute: 1 },
      async () => {
        await Promise.all(Array.from({ length: 30 }, () => rig.raise()))
        await soon(() => expect(receiver.got.length).toBeGreaterThan(0))
        for (const { json, query } of receiver.got) {
          expect(query.get('key')).toBe('k')
          expect(Buffer.byteLength(String(json.markdown?.content))).toBeLessThanOrEqual(4_096)
        }
      },
    )
  })
  it.each([
    [{ errcode: 45009, errmsg: 'api freq out of limit' }, 'rate'],
    [{ errcode: 93000, errmsg: 'invalid webhook url' }, 'gone'],
  ])('says %o in a 200, which is %s', async (said, problem) => {
    receiver.answer = saying(said)
    await told({ kind: 'wecom', url: receiver.url }, async (id) =>
      expect(await test(id)).toMatchObject({ ok: false, problem }),
    )
  })
})

describe('Feishu', () => {
  const secret = 'feishu secret'
  it('is signed as its robots want it', async () => {
    receiver.answer = saying({ code: 0, msg: 'success' })
    await told({ kind: 'feishu', url: receiver.url, secret, language: 'en' }, async () => {
      const alarm = await rig.raise({ priority: 'critical', rule: 'self-heating' })
      await soon(() => expect(receiver.got).toHaveLength(1))
      const json = receiver.got[0]?.json
      const timestamp = String(json?.timestamp)
      expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60)
      expect(json?.sign).toBe(createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64'))
      expect(json?.content?.post?.en_us).toMatchObject({ title: '[CRITICAL] Self-heating · ZT-1' })
      expect(JSON.stringify(json?.content)).toContain(
        `https://zaitu.example/shipments/${rig.shipmentId}?alarm=${alarm}`,
      )
      expect(JSON.stringify(json?.content)).toContain('Call: Wang (24 h) 110')
    })
  })
  it.each([
    [{ code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' }, 'signature'],
    [{ code: 19024, msg: 'Key Words Not Found' }, 'keyword'],
    [{ code: 9499, msg: 'too many request' }, 'rate'],
  ])('says %o in a 200, which is %s', async (said, problem) => {
    receiver.answer = saying(said)
    await told({ kind: 'feishu', url: receiver.url }, async (id) =>
      expect(await test(id)).toMatchObject({ ok: false, problem }),
    )
  })
})

describe('e-mail', () => {
  const to = ['desk@buyer.example', 'night@buyer.example']
  it('goes to everybody, is urgent where it is critical, and is known by its key', async () => {
    await told({ kind: 'email', to }, async () => {
      await rig.raise({ priority: 'critical', rule: 'pressure-low' })
      await soon(() => expect(mailbox.got).toHaveLength(1))
      const [mail] = mailbox.got
      expect(mail).toMatchObject({ from: 'alarms@zaitu.example', to })
      await soon(async () => expect((await rig.items('?state=sent&limit=1'))[0]?.channel?.name).toBeDefined())
      const [item] = await rig.items('?state=sent&limit=1')
      expect(mail?.text).toContain(`Message-ID: <${item?.id}@zaitu.example>`)
      expect(mail?.text).toContain('Pressure_low')
      expect(mail?.text).toMatch(/Importance: high/i)
      expect(mail?.text).toMatch(/Auto-Submitted: auto-generated/i)
    })
  })

  it('says whom the server did not take, though the others have it', async () => {
    mailbox.refuse = (address) => (address.startsWith('night') ? 'no such mailbox' : null)
    await told({ kind: 'email', to }, async (id) =>
      expect(await test(id)).toEqual({ ok: true, problem: null, detail: 'not taken: night@buyer.example' }),
    )
    mailbox.refuse = () => 'no such mailbox'
    await told({ kind: 'email', to }, async (id) =>
      expect(await test(id)).toMatchObject({ ok: false, problem: 'mail-refused' }),
    )
    mailbox.refuse = () => null
  })
})

describe('what was typed in', () => {
  it.each([
    [{ kind: 'webhook', url: 'ftp://x.example' }, 400],
    [{ kind: 'webhook', url: 'https://name:password@x.example' }, 422],
    [{ kind: 'webhook', url: 'https://x.example', secret: 'short' }, 400],
    [{ kind: 'dingtalk', url: 'https://x.example', perMinute: 21 }, 422],
    [{ kind: 'email', to: ['nobody'] }, 400],
    [{ kind: 'email', to: [] }, 400],
    [{ kind: 'sms', to: ['110'] }, 400],
  ])('%o is refused', async (body, status) => {
    const answer = await rig.admin.ask('POST', '/channels', { name: 'x', language: 'en', ...body })
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.any(String)])
  })

  it('is shown to nobody again', async () => {
    const url = 'https://receiver.example/robot/send?access_token=hunter2'
    await told({ kind: 'feishu', url, secret: 'hunter3' }, async (id) => {
      await rig.admin.ask('PATCH', `/channels/${id}`, { secret: 'hunter4', name: `n-${id}` })
      for (const path of ['/channels', '/notification-rules', '/notifications', '/audit'])
        expect((await rig.admin.ask('GET', path)).body).not.toMatch(/hunter/)
      await expect(rig.service.deps.pool.query('select secret from channels')).rejects.toThrow('permission denied')
    })
    // and with the channel it is gone
    const { rows } = await rig.service.owner.query('select from channels where secret is not null')
    expect(rows).toEqual([])
  })
})
