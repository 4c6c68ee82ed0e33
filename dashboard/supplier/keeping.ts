import type { SupplierLines } from '../../server/model/supplier-link.ts'
import type { Queued } from './standing.ts'

/** The lines as they were last heard, for a time without a network. */
export type Heard = { lines: SupplierLines; heardAt: number; expiresAt: string }

const NAME = 'zaitu-supplier'

const opened = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('queue', { keyPath: 'key' })
      request.result.createObjectStore('heard')
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/**
 * What this phone keeps: entries until they are sent, and the lines as last heard. Where the browser keeps nothing
 * (private windows of some), it all still works, but only while the page is open.
 */
export const createKeeping = () => {
  const database = opened().catch(() => null)
  const inStore = async <T>(
    store: 'queue' | 'heard',
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | null> => {
    const db = await database
    if (db === null) return null
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode)
      const request = work(transaction.objectStore(store))
      // only then is it on disk
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }
  return {
    queue: async (): Promise<Queued[]> =>
      ((await inStore<Queued[]>('queue', 'readonly', (store) => store.getAll())) ?? []).toSorted(
        (a, b) => a.saidAt - b.saidAt,
      ),
    put: (one: Queued) => inStore('queue', 'readwrite', (store) => store.put(one)),
    remove: (key: string) => inStore('queue', 'readwrite', (store) => store.delete(key)),
    heard: () => inStore<Heard | undefined>('heard', 'readonly', (store) => store.get('lines')),
    hear: (heard: Heard) => inStore('heard', 'readwrite', (store) => store.put(heard, 'lines')),
  }
}
export type Keeping = ReturnType<typeof createKeeping>
