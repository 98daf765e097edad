import { startRunServer } from '../serve/start-run-server.ts'
import { openPostgresStore } from '../store/postgres/open-postgres-store.ts'

// a program of its own, which shares a database with others
const [url = '', schema = ''] = process.argv.slice(2)
const store = await openPostgresStore({ url, schema, timeoutMs: 5_000 })
const server = await startRunServer({ store, port: 0 })
process.stdout.write(`${server.url}\n`)
