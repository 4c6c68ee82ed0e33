import { batch, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { User } from '../server/model/session.ts'
import { createApi } from './api/client.ts'
import { SPARK_HOURS } from './fleet/spark.ts'
import { createSocket } from './live/socket.ts'
import { createWorld } from './live/world.ts'
import { createToasts } from './shell/toasts.ts'

export type Who = { state: 'asking' } | { state: 'out'; ended: boolean } | { state: 'in'; user: User }

/** Puts the page's parts together: the API, the live world, who is signed in. Nothing runs before `start`. */
export const createZaitu = () => {
  const who = signal<Who>({ state: 'asking' })
  const toasts = createToasts()

  const leave = (ended: boolean): void => {
    socket.stop()
    batch(() => {
      world.clear()
      toasts.clear()
      who.value = { state: 'out', ended }
    })
  }
  const api = createApi({ onSignedOut: () => who.peek().state === 'in' && leave(true) })
  const world = createWorld({
    onUnknown: async (shipmentId) => {
      const answer = await api.shipment(shipmentId)
      if (answer.ok) world.addShipment(answer.value)
    },
    onRaised: (alarm) => toasts.raise(alarm),
  })
  const socket = createSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`,
    onMessage: world.take,
    subscriptions: world.subscriptions,
    beforeRetry: async () => {
      const answer = await api.session()
      if (answer.ok || answer.status !== 401) return true
      leave(true)
      return false
    },
  })

  const loadSparklines = async (): Promise<void> => {
    const answer = await api.sparklines(SPARK_HOURS)
    if (answer.ok) world.addSparklines(answer.value.items)
  }
  /** The list over HTTP comes beside the live snapshot: the fleet is there even where WebSockets are blocked. */
  const loadFleet = async (): Promise<void> => {
    const all = []
    let cursor: string | null = null
    do {
      const answer = await api.shipments(cursor)
      if (!answer.ok) break
      all.push(...answer.value.items)
      cursor = answer.value.next
    } while (cursor !== null)
    if (all.length > 0 && !world.ready.peek()) world.replaceFleet(all)
    else for (const shipment of all) if (!world.entries.has(shipment.id)) world.addShipment(shipment)
    if (!world.ready.peek()) world.ready.value = true
  }
  const enter = (user: User): void => {
    who.value = { state: 'in', user }
    socket.start()
    void loadFleet().then(loadSparklines)
  }

  return {
    who,
    api,
    world,
    socket,
    toasts,
    /** Asks who is signed in, and goes live where somebody is. */
    async start() {
      const answer = await api.session()
      if (answer.ok) enter(answer.value.user)
      else who.value = { state: 'out', ended: false }
    },
    /** Null when it worked, else what to tell the person. */
    async signIn(email: string, password: string): Promise<string | null> {
      const answer = await api.signIn(email, password)
      if (!answer.ok) return answer.message
      enter(answer.value.user)
      return null
    },
    async signOut() {
      await api.signOut()
      leave(false)
    },
    /** Acknowledges and shows it at once; the live message says the same again. Null, or what went wrong. */
    async acknowledge(alarmId: string): Promise<string | null> {
      const answer = await api.acknowledge(alarmId)
      if (!answer.ok) {
        toasts.say(answer.message)
        return answer.message
      }
      toasts.drop(alarmId)
      world.takeAlarm(answer.value)
      return null
    },
    stop() {
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
