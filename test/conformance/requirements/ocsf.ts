import { rules, type Requirements } from '../requirement.ts'

/** What the security events of OCSFLogger keep to, beside the schema of OCSF itself. */
export const OCSF: Requirements = {
  ...rules('OCSF 1.8.0, classes and profiles', 'MUST', {
    'ocsf.classes':
      'runs are 6002, calls of tools, models, MCP and A2A 6003, retrieval and memory 6005, new components 5020',
    'ocsf.captions':
      'captions are those of the ids beside them, ids of events are unique, and times are milliseconds',
    'ocsf.identity': 'the agent, the session and the user are in actor, in every event',
    'ocsf.error': 'a failure is one 6008 event beside the event of what failed',
    'ocsf.ai-agent': 'ai_agent is there in 1.9 and not before',
  }),
  ...rules('OCSF 1.8.0, profile security_control and Detection Finding', 'MUST', {
    'ocsf.denial':
      'a denial is on the event of what was denied (Denied, Blocked, High) and a 2004 finding that names it',
    'ocsf.change': 'a change is on the event of what was changed (Modified, Corrected, Low) and a finding',
    'ocsf.guardian-failure':
      'a decision that a guardian could not make is a finding of its own type, whether it fails closed or open',
    'ocsf.shadow': 'what is judged in the shadow is observed, and alarms nobody',
  }),
  ...rules('AOS SDK design, sinks', 'MUST', {
    'ocsf.content': 'events carry no content of messages, arguments and results where none is captured',
    'ocsf.accounting':
      'every event is delivered, on disk, dropped or queued, and counted as that, whatever the receiver does',
    'ocsf.spool':
      'what a receiver did not take waits on disk without its key, and is sent by the next logger of the account',
  }),
}
