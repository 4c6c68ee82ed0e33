import type { User } from '../../server/model/session.ts'
import type { Requests } from './requests.ts'
export const ImportPage = (_props: { user: User; requests: Requests }) => <div class="page orders" />
