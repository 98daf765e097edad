// The kit's server over stdio, gated: evil content is denied. `node gated-stdio-server.ts <index of the line>`.
import { instrumentMcpServer } from '@aos/sdk/mcp'
import { serverApplication } from './applications.ts'
import { evilIsDenied } from './hostile-kit.ts'
import { newWorker } from './instrumented.ts'
import { LINES } from './lines.ts'

const line = LINES[Number(process.argv[2])]
if (line === undefined) throw new Error('there is no such line')
const agent = newWorker()
agent.registerHook('mcp', evilIsDenied)
await line.serveStdio(serverApplication(), (server) => instrumentMcpServer(server as never, agent))
