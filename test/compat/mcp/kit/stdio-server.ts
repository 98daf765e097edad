// The kit's server as a process of its own: `node stdio-server.ts <index of the line>`.
import { serverApplication } from './applications.ts'
import { LINES } from './lines.ts'

const line = LINES[Number(process.argv[2])]
if (line === undefined) throw new Error('there is no such line')
await line.serveStdio(serverApplication(), (server) => server)
