import type { Requirements } from '../requirement.ts'
import { AGENT_ACTIVITY } from './agent-activity.ts'
import { AGENT_EVIDENCE } from './agent-evidence.ts'
import { AGENT_RUN } from './agent-run.ts'
import { AOS_HOOKS } from './aos-hooks.ts'
import { AOS_SDK } from './aos-sdk.ts'
import { AOS_SEED } from './aos-seed.ts'
import { AOS_WIRE } from './aos-wire.ts'
import { GUARDIAN_CLIENT } from './guardian-client.ts'
import { GUARDIAN } from './guardian.ts'
import { LANGCHAIN } from './langchain.ts'
import { OCSF } from './ocsf.ts'
import { MCP } from './mcp.ts'
import { PEAC } from './peac.ts'

/** The ledgers, in the order of the conformance page. */
export const LEDGERS: readonly { readonly title: string; readonly requirements: Requirements }[] = [
  { title: 'AOS: the landing page', requirements: AOS_SEED },
  { title: 'AOS: hooks and decisions', requirements: AOS_HOOKS },
  { title: 'AOS: the guardian wire', requirements: AOS_WIRE },
  { title: 'Guardian', requirements: GUARDIAN },
  { title: 'Guardian: the client', requirements: GUARDIAN_CLIENT },
  { title: 'AOS SDK', requirements: AOS_SDK },
  { title: 'AOS SDK: LangChain', requirements: LANGCHAIN },
  { title: 'AOS SDK: MCP', requirements: MCP },
  { title: 'OCSF', requirements: OCSF },
  { title: 'agent-run', requirements: AGENT_RUN },
  { title: 'PEAC records', requirements: PEAC },
  { title: 'Agent Evidence', requirements: AGENT_EVIDENCE },
  { title: 'agent_activity.v1', requirements: AGENT_ACTIVITY },
]

/** Every requirement, by id. */
export const REQUIREMENTS: Requirements = Object.fromEntries(
  LEDGERS.flatMap(({ requirements }) => Object.entries(requirements)),
)
