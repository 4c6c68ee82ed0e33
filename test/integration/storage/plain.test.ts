import { describeStorage } from '../../services/storage/contract.ts'
import { emptyDatabase, freshDatabase } from '../../setup/database.ts'

describeStorage('plain PostgreSQL', { fresh: freshDatabase, empty: emptyDatabase })
