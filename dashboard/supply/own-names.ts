import { ownStages } from '../orders/own-stages.ts'
import type { SupplyRequests } from './requests.ts'

/** Names a stage of one's own, in the script that it is written in; what went wrong, or null. */
export const namer =
  (supply: SupplyRequests) =>
  async (stage: string, name: string): Promise<string | null> => {
    const nameZh = /\p{Script=Han}/u.test(name) ? name : null
    const answer = await supply.nameStage({ stage, name, nameZh })
    if (!answer.ok) return answer.message
    ownStages.value = new Map(ownStages.peek()).set(stage, { name, nameZh })
    return null
  }
