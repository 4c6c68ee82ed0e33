import { type ManageKey, manageCatalogue, t } from '../text/manage.ts'

type ActionKey = Extract<ManageKey, `did.${string}`>
const isAction = (key: string): key is ActionKey => key.startsWith('did.') && key in manageCatalogue

/** The actions that this page has words for. */
export const ACTIONS: readonly string[] = Object.keys(manageCatalogue)
  .filter(isAction)
  .map((key) => key.slice('did.'.length))

/** What was done, in words; an action that this page does not know stands as the server names it. */
export const actionText = (action: string): string => {
  const key = `did.${action}`
  return isAction(key) ? t(key) : action
}
