import type { ShareLink, ShareLinkMade, ShareUse } from '../../server/model/share-link.ts'
import type { Ask, Page } from '../api/client.ts'

/** What the panel of share links asks the server. */
export const shareRequests = (ask: Ask) => ({
  list: (shipmentId: string) =>
    ask<Page<ShareLink>>('GET', `/share-links?shipmentId=${encodeURIComponent(shipmentId)}`),
  make: (body: { shipmentId: string; expiresAt: string; note?: string }) =>
    ask<ShareLinkMade>('POST', '/share-links', body),
  withdraw: (id: string) => ask<null>('DELETE', `/share-links/${encodeURIComponent(id)}`),
  uses: (id: string) => ask<Page<ShareUse>>('GET', `/share-links/${encodeURIComponent(id)}/uses?limit=20`),
})
