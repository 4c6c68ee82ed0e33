import { createTransport } from 'nodemailer'
import type { Problem } from '../model/notification.ts'
import type { Send } from './channel.ts'

export type MailServer = {
  host: string
  port: number
  /** `tls` from the first byte, `starttls` required, `none` only inside of a trusted network */
  security: 'tls' | 'starttls' | 'none'
  username?: string | undefined
  password?: string | undefined
  from: string
}

const PATIENCE_MS = 15_000

const problemOf = (code: string, command: string): { problem: Problem; unreachable?: true } => {
  if (code === 'EAUTH') return { problem: 'mail-login', unreachable: true }
  if (code === 'ETIMEDOUT') return { problem: 'timeout', unreachable: true }
  if (code === 'ETLS') return { problem: 'certificate', unreachable: true }
  if (code === 'EENVELOPE' || code === 'EMESSAGE' || command === 'DATA') return { problem: 'mail-refused' }
  return { problem: 'unreachable', unreachable: true }
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[sign]};`)

/** E-mail over the server of the settings. The Message-ID is made of the key, so that mailboxes know what came twice. */
export const createEmail = (server: MailServer | null): Send => {
  if (server === null)
    return async () => ({ ok: false, problem: 'no-mail-server', detail: 'SMTP_HOST is not set on this server' })
  const { host, port, security, username, password, from } = server
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = /@([^@>\s]+)>?$/.exec(from)?.[1] ?? 'zaitu.invalid'
  return async ({ secret, language }, message, key) => {
    const { title, lines, link, priority } = message
    try {
      const info = await transport.sendMail({
        from,
        to: secret.to ?? [],
        subject: title,
        messageId: `<${key}@${domain}>`,
        // no out-of-office answers to us
        headers: { 'auto-submitted': 'auto-generated', 'content-language': language },
        priority: priority === 'critical' ? 'high' : 'normal',
        text: [...lines, ...(link === null ? [] : ['', `${link.text}: ${link.url}`])].join('\n'),
        html: [
          `<h2 style="font:600 18px/1.4 sans-serif">${escaped(title)}</h2>`,
          ...lines.map((line) => `<p style="font:15px/1.5 sans-serif;margin:6px 0">${escaped(line)}</p>`),
          ...(link === null
            ? []
            : [`<p style="font:15px/1.5 sans-serif"><a href="${escaped(link.url)}">${escaped(link.text)}</a></p>`]),
        ].join('\n'),
      })
      const refused = info.rejected.map(String)
      return refused.length === 0 ? { ok: true } : { ok: true, warning: `not taken: ${refused.join(', ')}` }
    } catch (error) {
      const [code, command] = ['code', 'command'].map((name) =>
        error instanceof Error ? String(Reflect.get(error, name) ?? '') : '',
      )
      const detail = (error instanceof Error ? error.message : String(error)).slice(0, 300)
      return { ok: false, detail, ...problemOf(code ?? '', command ?? '') }
    }
  }
}
