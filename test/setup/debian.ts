import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { hold } from './reap.ts'

const SUITE = 'trixie'
const PACKAGES = [
  'postgresql-17',
  'postgresql-17-timescaledb',
  'mosquitto',
  'valkey-server',
  'haproxy',
  'busybox',
  'openssl',
]
const CACHE = '/var/cache/zaitu-test'
/** A user's PATH may lack what an administrator's has. */
const env = {
  ...process.env,
  PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
  DEBIAN_FRONTEND: 'noninteractive',
}

/** Whether this machine is Debian and we are root: then the tests bring what they need by themselves. */
export const isDebianRoot = (): boolean =>
  process.getuid?.() === 0 &&
  existsSync('/etc/os-release') &&
  /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))

const run = async (program: string, args: readonly string[]): Promise<void> => {
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const release = child.pid === undefined ? () => {} : hold({ kind: 'group', pid: child.pid })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      said = (said + bytes).slice(-2_000)
    })
  }
  const [code] = await once(child, 'close')
  release()
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed (${code}):\n${said}`)
}

/** Debian packages of this machine itself; the lists of packages are fetched anew only when that is needed. */
export const installPackages = async (...names: string[]): Promise<void> => {
  const install = ['install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...names]
  try {
    await run('apt-get', install)
  } catch {
    await run('apt-get', ['update', '--quiet'])
    await run('apt-get', install)
  }
}

/** Where this machine gets Debian from; any release of Debian can be had there. */
const mirror = (): string => {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)'], {
    encoding: 'utf8',
  })
  const lines = (stdout ?? '').split('\n').map((line) => line.split(' '))
  const main = lines.find(([, release = '-', component]) => component === 'main' && !release.includes('-'))
  return main?.[0] ?? 'http://deb.debian.org/debian'
}

const proxy = (): Record<string, string> => {
  const { stdout } = spawnSync('apt-config', ['shell', 'PROXY', 'Acquire::http::Proxy'], { encoding: 'utf8' })
  const found = /^PROXY='(.+)'$/m.exec(stdout ?? '')?.[1]
  return found === undefined ? {} : { http_proxy: found }
}

/** Mounts of a build that was broken off go first, so that removing its folder does not reach through them. */
const BUILD = `set -eu
[ ! -d "$DONE" ] || exit 0
for building in "$CACHE"/building-*; do
  [ -d "$building" ] || continue
  awk -v under="$building/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
  rm -rf --one-file-system "$building"
done
debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$CACHE/building-$$" "$MIRROR" || {
  tail -n 20 "$CACHE/building-$$/debootstrap/debootstrap.log" >&2
  exit 1
}
rm -rf "$CACHE/building-$$"/var/cache/apt/archives/*.deb
mv "$CACHE/building-$$" "$DONE"
`

/**
 * A folder with Debian's own TimescaleDB, Mosquitto and Valkey, to be run by chroot: made once a machine, in about a
 * minute and 700 MB. Two runs that want it at once wait for each other.
 */
export const debianFolder = async (): Promise<string> => {
  const hash = createHash('sha256')
    .update([SUITE, ...PACKAGES].join())
    .digest('hex')
  const folder = `${CACHE}/${SUITE}-${hash.slice(0, 12)}`
  if (existsSync(folder)) return folder
  mkdirSync(CACHE, { recursive: true })
  if (spawnSync('debootstrap', ['--version'], { env }).error !== undefined) await installPackages('debootstrap')
  console.log(`Making ${folder} with ${PACKAGES.join(', ')}: once on this machine, a minute or so`)
  Object.assign(env, proxy(), { CACHE, SUITE, DONE: folder, MIRROR: mirror(), PACKAGES: PACKAGES.join() })
  await run('flock', [`${CACHE}/lock`, 'sh', '-c', BUILD])
  return folder
}
