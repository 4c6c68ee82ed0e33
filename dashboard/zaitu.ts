import { batch, effect, type ReadonlySignal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Alarm } from '../server/model/alarm.ts'
import type { Session, User } from '../server/model/session.ts'
import { createCards } from './alarms/cards.ts'
import { createApi, type Demo, type Refused } from './api/client.ts'
import { SPARK_HOURS } from './fleet/spark.ts'
import { isOpen } from './live/alarm-book.ts'
import { createOrderBook } from './live/order-book.ts'
import { createSocket } from './live/socket.ts'
import { createWorld } from './live/world.ts'
import { isHeard, sound } from './shell/sound.ts'
import { createToasts } from './shell/toasts.ts'
import { deafSince } from './state/clock.ts'
import { mayChange, mayRun } from './state/may.ts'
import { soundFrom } from './state/preferences.ts'
import { t } from './text/language.ts'

export type Who =
  | { state: 'asking' }
  | { state: 'out'; ended: boolean; demo: Demo | null }
  | { state: 'in'; user: User; expiresAt: string }

/** The live snapshot brings the fleet; after this long it is asked for over HTTP. */
const SNAPSHOT_WAIT_MS = 2_000

/** Resolves when the signal is true, or after `ms`. */
const untilTrue = (condition: ReadonlySignal<boolean>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const stop = condition.subscribe((value) => {
      if (!value) return
      clearTimeout(timer)
      // the first call comes before `stop` is there
      queueMicrotask(() => stop())
      resolve()
    })
  })

/**
 * Puts the page's parts together: the API, the live world, who is signed in. Nothing runs before `start`. `shared`: it
 * speaks by a share link and shows its one shipment, whoever else is signed in in this browser.
 */
export const createZaitu = ({ shared = false } = {}) => {
  const who = signal<Who>({ state: 'asking' })
  const toasts = createToasts()
  const book = createOrderBook()

  /** What we know of silence ends where the connection did, until the next message. */
  const watchConnection = (): (() => void) =>
    effect(() => {
      const connection = socket.connection.value
      if (connection.state === 'lost') deafSince.value = connection.since ?? deafSince.peek() ?? Date.now()
    })
  let stopWatching: (() => void) | undefined

  const leave = (ended: boolean): void => {
    socket.stop()
    batch(() => {
      world.clear()
      book.clear()
      cards.clear()
      toasts.clear()
      who.value = { state: 'out', ended, demo: null }
    })
  }
  const api = createApi({ shared, onSignedOut: () => who.peek().state === 'in' && leave(true) })
  const cards = createCards(api.ask)
  const world = createWorld({
    onUnknown: async (shipmentId) => {
      const answer = await api.shipment(shipmentId)
      if (answer.ok) world.addShipment(answer.value)
    },
    // the page of a share link has its one list of alarms in view
    onRaised: (alarm) => {
      // what is quiet by design, or over already, calls nobody
      if (shared || !isOpen(alarm)) return
      toasts.raise(alarm)
      if (isHeard(alarm.priority, soundFrom.peek()) && alarm.causedBy === null) void sound(alarm.priority)
    },
  })
  const socket = createSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`,
    ...(shared ? { protocol: 'zaitu.share' } : {}),
    onMessage(message) {
      // the cursor that we resumed from may be of another time of this server: then start over
      if (message.type === 'error' && world.forgetCursor()) socket.restart()
      if (message.type === 'snapshot' || message.type === 'readings') deafSince.value = null
      world.take(message)
      book.take(message)
    },
    subscriptions: () => [...world.subscriptions(), ...book.subscriptions()],
    beforeRetry: async () => {
      const answer = await api.session()
      const before = who.peek()
      // another link opened in this browser has taken the place of this one
      const replaced = shared && answer.ok && before.state === 'in' && answer.value.user.id !== before.user.id
      if (!replaced && (answer.ok || answer.status !== 401)) return true
      leave(true)
      return false
    },
  })

  const loadSparklines = async (): Promise<void> => {
    const answer = await api.sparklines(SPARK_HOURS)
    if (answer.ok) world.addSparklines(answer.value.items)
  }
  /** The fleet over HTTP, for where the live connection is blocked or slow to come. */
  const loadFleet = async (): Promise<void> => {
    const all = []
    let cursor: string | null = null
    do {
      const answer = await api.shipments(cursor)
      if (!answer.ok) break
      all.push(...answer.value.items)
      cursor = answer.value.next
    } while (cursor !== null)
    if (!world.ready.peek()) world.replaceFleet(all)
  }
  const enter = ({ user, expiresAt }: Session): void => {
    who.value = { state: 'in', user, expiresAt }
    if (shared && user.shipmentId !== null) world.narrowTo(user.shipmentId)
    socket.start()
    if (shared) return
    const whenReady = async (): Promise<void> => {
      await untilTrue(world.ready, SNAPSHOT_WAIT_MS)
      if (!world.ready.peek()) await loadFleet()
      await loadSparklines()
    }
    void whenReady()
  }

  /** Whether who is signed in may act on this shipment and its alarms; a shipment not yet known is judged by the role. */
  const runs = (shipmentId: string): boolean => {
    const seen = who.value
    // a part does not change while the page is open; that the shipment comes to be known, does
    world.ids.value
    return seen.state === 'in' && mayRun(seen.user, world.entries.get(shipmentId)?.shipment.peek().part ?? 'buyer')
  }

  /** Whether who is signed in may act on this alarm: on one of an order line its buyer does. */
  const runsAlarm = ({ shipmentId, supplierId }: Pick<Alarm, 'shipmentId' | 'supplierId'>): boolean => {
    if (shipmentId !== null) return runs(shipmentId)
    const seen = who.value
    return seen.state === 'in' && mayChange(seen.user) && seen.user.organisation.id !== supplierId
  }

  return {
    runs,
    runsAlarm,
    shared,
    who,
    api,
    world,
    book,
    cards,
    socket,
    toasts,
    /** Somebody looks at orders: from now on they come live. */
    followOrders() {
      if (book.want()) socket.subscribe('orders')
    },
    /** Asks who is signed in, and goes live where somebody is. */
    async start() {
      stopWatching = watchConnection()
      if (shared) return
      const answer = await api.session()
      if (answer.ok) enter(answer.value)
      else who.value = { state: 'out', ended: false, demo: answer.demo ?? null }
    },
    /** Null when it worked, else why not. */
    async signIn(email: string, password: string): Promise<Refused | null> {
      const answer = await api.signIn(email, password)
      if (!answer.ok) return answer
      enter(answer.value)
      return null
    },
    /**
     * Opens a share link, or with null goes on with the one that was open before the page was loaded again. Answers what
     * went wrong on the way; a link that is over is no such thing, but how `who` then stands.
     */
    async openShare(token: string | null): Promise<string | null> {
      const answer = token === null ? await api.session() : await api.openShare(token)
      if (answer.ok) enter(answer.value)
      else if (answer.status !== 401 && answer.status !== 404) return answer.message
      else who.value = { state: 'out', ended: false, demo: null }
      return null
    },
    /** Takes up an invitation or sets a new password: who does is signed in. Null when it worked. */
    async welcome(body: { token: string; name?: string; password: string }): Promise<Refused | null> {
      const answer = await api.acceptInvitation(body)
      if (!answer.ok) return answer
      // somebody else may have been signed in here before
      if (who.peek().state === 'in') leave(false)
      enter(answer.value)
      return null
    },
    async signOut({ everywhere = false } = {}) {
      await api.signOut(everywhere)
      leave(false)
    },
    /** Acknowledges and shows it at once; the live message says the same again. Null, or what went wrong. */
    async acknowledge(alarmId: string): Promise<string | null> {
      const alarm = world.alarms.get(alarmId)
      if (alarm !== undefined && !runsAlarm(alarm)) {
        const why = t(alarm.shipmentId === null ? 'alarm.lookOnlyLine' : 'alarm.lookOnly')
        toasts.say(why)
        return why
      }
      const answer = await api.acknowledge(alarmId)
      if (!answer.ok) {
        toasts.say(answer.message)
        return answer.message
      }
      toasts.drop(alarmId)
      world.takeAlarm(answer.value)
      return null
    },
    /** Acknowledges several in one go; says what could not be. */
    async acknowledgeTogether(ids: readonly string[]): Promise<boolean> {
      const answer = await api.acknowledgeTogether(ids)
      if (!answer.ok) {
        toasts.say(answer.message)
        return false
      }
      batch(() => {
        for (const alarm of answer.value.items) {
          toasts.drop(alarm.id)
          world.takeAlarm(alarm)
        }
      })
      toasts.say(
        answer.value.skipped.length === 0
          ? t('alarms.acknowledgedTogether', { n: answer.value.items.length })
          : t('alarms.acknowledgedSome', { n: answer.value.items.length, skipped: answer.value.skipped.length }),
      )
      return true
    },
    stop() {
      stopWatching?.()
      socket.stop()
      toasts.clear()
    },
  }
}
export type Zaitu = ReturnType<typeof createZaitu>

export const ZaituContext = createContext<Zaitu | null>(null)
/** The parts of the page, for every component under the shell. */
export const useZaitu = (): Zaitu => {
  const zaitu = useContext(ZaituContext)
  if (zaitu === null) throw new Error('a component outside of the shell')
  return zaitu
}
