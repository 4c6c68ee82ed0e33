import { type Host, type OwnService, startService } from './host.ts'

export type Valkey = OwnService & { url: string }

/** A real Valkey, on a free port; it keeps nothing on disk, as Zaitu wants nothing of it kept. */
export const startValkey = async (host: Host): Promise<Valkey> => {
  const service = await startService(host, {
    image: 'valkey/valkey:8',
    user: 'valkey:valkey',
    prepare: () => {},
    command: ({ folder, port, address }) => [
      'valkey-server', '--port', String(port), '--bind', address, '--protected-mode', 'no',
      '--dir', folder, '--save', '', '--appendonly', 'no',
    ], // biome-ignore format: an option a pair
  })
  return { ...service, url: `redis://127.0.0.1:${service.port}` }
}
