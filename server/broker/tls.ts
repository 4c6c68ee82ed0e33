import { readFileSync, type Stats, unwatchFile, watchFile } from 'node:fs'
import type { Socket } from 'node:net'
import { createServer, type SecureContextOptions, type Server, TLSSocket } from 'node:tls'
import type { Logger } from '../log.ts'

export type TlsFiles = {
  /** PEM: the certificate with its chain, and its key */
  certFile: string
  keyFile: string
  /** PEM: who issues the devices' certificates; without it none is asked for */
  clientCaFile?: string | undefined
}

/** How often the files are looked at: certificates are renewed weeks before they end, ms. */
const LOOK_MS = 5_000
const HANDSHAKE_MS = 10_000

const read = ({ certFile, keyFile, clientCaFile }: TlsFiles): SecureContextOptions => ({
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
  ...(clientCaFile !== undefined && { ca: readFileSync(clientCaFile) }),
  minVersion: 'TLSv1.2',
})

/**
 * A TLS server that takes a renewed certificate without a restart; `accept` gets each connection once its handshake is
 * done. A certificate that a client shows and that isn't of the client CA ends the connection; showing none is fine, the
 * secret decides then. Throws a sentence when the files can't be used.
 */
export const createTlsServer = (
  files: TlsFiles,
  accept: (socket: Socket) => void,
  log: Logger,
  { lookMs = LOOK_MS }: { lookMs?: number } = {},
): { server: Server; stop(): void } => {
  const asksForCertificates = files.clientCaFile !== undefined
  const make = (): Server => {
    try {
      const options = { requestCert: asksForCertificates, rejectUnauthorized: false, handshakeTimeout: HANDSHAKE_MS }
      return createServer({ ...read(files), ...options }, (socket) => {
        if (asksForCertificates && !socket.authorized && hasCertificate(socket)) {
          log.warn({ from: socket.remoteAddress, reason: String(socket.authorizationError) }, 'refused a certificate')
          socket.destroy()
          return
        }
        accept(socket)
      })
    } catch (error) {
      throw new Error(`TLS_CERT_FILE, TLS_KEY_FILE or TLS_CLIENT_CA_FILE can't be used: ${said(error)}`)
    }
  }
  const server = make()
  server.on('tlsClientError', (error, socket) =>
    log.debug({ from: socket.remoteAddress, reason: error.message }, 'a TLS handshake failed'),
  )

  const renew = (now: Stats, before: Stats) => {
    if (now.mtimeMs === before.mtimeMs && now.ino === before.ino && now.size === before.size) return
    try {
      server.setSecureContext(read(files))
      log.info({ certFile: files.certFile }, 'the certificate was read anew')
    } catch (error) {
      // certificate and key are two files: between the two writes they do not belong together
      log.warn({ reason: said(error) }, 'the new certificate can not be used; the one before is kept')
    }
  }
  const watched = [files.certFile, files.keyFile, files.clientCaFile].filter((file) => file !== undefined)
  for (const file of watched) watchFile(file, { interval: lookMs, persistent: false }, renew)
  return {
    server,
    stop: () => {
      for (const file of watched) unwatchFile(file, renew)
    },
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const hasCertificate = (socket: TLSSocket): boolean => Object.keys(socket.getPeerCertificate() ?? {}).length > 0

/** The name (CN) in the certificate that this client has proved to hold; null where it has shown none. */
export const certificateName = (socket: unknown): string | null => {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null
  const name: unknown = socket.getPeerCertificate().subject?.CN
  return typeof name === 'string' ? name : ''
}
