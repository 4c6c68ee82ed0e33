import type { LimitSources, Proposal } from '../../server/model/record.ts'
import type { Report } from '../../server/model/report.ts'
import type { Contact, ShipmentDetail } from '../../server/model/shipment.ts'
import type { Ask } from '../api/client.ts'

export type LimitsAnswer = LimitSources & { proposals: Proposal[] }
export type NewProposal = Pick<Proposal, 'measure' | 'side' | 'value' | 'reason'>

/** What a shipment's record is asked and told; every answer is a value. */
export const recordRequests = (ask: Ask) => {
  const of = (id: string): string => `/shipments/${encodeURIComponent(id)}`
  return {
    limits: (id: string) => ask<LimitsAnswer>('GET', `${of(id)}/limits`),
    report: (id: string) => ask<Report>('GET', `${of(id)}/report`),
    setContacts: (id: string, contacts: Contact[]) => ask<ShipmentDetail>('PATCH', of(id), { contacts }),
    propose: (id: string, body: NewProposal) => ask<Proposal>('POST', `${of(id)}/limits/proposals`, body),
    decide: (id: string, proposalId: string, word: 'consent' | 'decline') =>
      ask<Proposal>('POST', `${of(id)}/limits/proposals/${encodeURIComponent(proposalId)}/${word}`),
  }
}
export type RecordRequests = ReturnType<typeof recordRequests>
