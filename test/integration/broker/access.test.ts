import { startRunning } from '../service/running.ts'
import { describeAccess } from './access-contract.ts'

describeAccess('embedded broker', async () => {
  const running = await startRunning()
  return { running, overlap: true, close: running.close }
})
