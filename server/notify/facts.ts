import type { Alarm } from '../model/alarm.ts'
import type { EventPayload, MessageLanguage } from '../model/notification.ts'
import type { ResponseCard } from '../model/record.ts'

type Place = { name?: string | undefined }
/** What is known at the moment of sending about one thing to tell. Times ISO 8601. */
export type Facts = {
  id: string
  kind: string
  priority: Alarm['priority']
  createdAt: string
  language: MessageLanguage
  alarm: Alarm | null
  /** all that is one matter with it and holds now, the gravest first; empty where it stands alone */
  together: readonly Alarm[]
  shipment: {
    id: string
    reference: string
    substance: string
    substanceZh: string | null
    un: string | null
    origin: Place
    destination: Place
    eta: string
    phase: string
    /** what to do first with this substance */
    card: ResponseCard | null
    contacts: { name: string; phone?: string | undefined; role?: string | undefined }[]
  } | null
  /** newest known place of the alarm's device */
  position: { lat: number; lon: number; at: string } | null
  /** of an escalation: minutes that nobody answered */
  minutes: number | null
  event: EventPayload
}
