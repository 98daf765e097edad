import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { startRunServer } from '../serve/start-run-server.ts'

// a program of its own, which a test kills
const [path = ''] = process.argv.slice(2)
const server = await startRunServer({ store: new SqliteStore({ path }), port: 0 })
process.stdout.write(`${server.url}\n`)
