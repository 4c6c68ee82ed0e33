import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import { t } from '../text/manage.ts'
import type { List } from './list.ts'
import type { Requests } from './requests.ts'

/** What every page here is given: who looks, and how to ask. */
export type PageProps = { user: User; requests: Requests }

type HeadProps = { title: string; lead?: string | undefined; children?: ComponentChildren }

/** The top of a section: its name, one sentence on what it is for, what can be done. */
export const Head = ({ title, lead, children }: HeadProps) => {
  useEffect(() => {
    document.title = `${title} · Zaitu`
  })
  return (
    <header class="manage-head">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p class="muted">{lead}</p>}
      </div>
      {children}
    </header>
  )
}

type RowsProps<T> = { list: List<T>; label: string; none: string; row(item: T): ComponentChildren; moreLabel?: string }

/** A list's items one below the other, with what stands there while there are none. */
export const Rows = <T,>({ list, label, none, row, moreLabel }: RowsProps<T>) => {
  const items = list.items.value
  return (
    <>
      <div role="alert">{list.problem.value !== null && <p class="note-bad">{list.problem}</p>}</div>
      {items === null && list.problem.value === null && <p class="empty">{t('app.loading')}</p>}
      {items?.length === 0 && <p class="panel empty">{none}</p>}
      {items !== null && items.length > 0 && (
        <ul class="panel rows" aria-label={label}>
          {items.map(row)}
        </ul>
      )}
      {list.next.value !== null && (
        <p class="more">
          <button type="button" onClick={() => void list.more()}>
            {moreLabel ?? t('manage.more')}
          </button>
        </p>
      )}
    </>
  )
}

type RowProps = {
  id: string
  title: ComponentChildren
  facts: ComponentChildren
  state?: ComponentChildren
  /** its name, said with the button that opens it; no button without */
  change?: { name: string; open: boolean; toggle(): void } | undefined
  faded?: boolean
  children?: ComponentChildren
}

/** One item: what it is, what is known of it, its state, and, opened, what can be done with it. */
export const Row = ({ id, title, facts, state, change, faded = false, children }: RowProps) => (
  <li class={faded ? 'item faded' : 'item'} data-item={id}>
    <div class="item-what">
      <p class="item-title">{title}</p>
      <p class="item-facts">{facts}</p>
    </div>
    {state !== undefined && <div class="item-state">{state}</div>}
    {change !== undefined && (
      <button type="button" class="item-change" aria-expanded={change.open} onClick={change.toggle}>
        {change.open ? t('app.close') : t('manage.change')}
        <span class="hidden"> {change.name}</span>
      </button>
    )}
    {change?.open === true && <div class="item-open">{children}</div>}
  </li>
)
