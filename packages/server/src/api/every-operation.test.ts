import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { describeEveryOperation } from '../testing/describe-every-operation.ts'

describeEveryOperation('SQLite', () => Promise.resolve(new SqliteStore({ path: ':memory:' })))
