import { rules, type Requirements } from '../requirement.ts'

/** What PEAC records, their issuer and their verifier keep to. */
export const PEAC: Requirements = {
  ...rules('PEAC Wire 0.2, envelope', 'MUST', {
    'peac.header':
      'the header is typ interaction-record+jwt, alg EdDSA and a kid of 1 to 256 bytes; application/ is read and never written',
    'peac.header.hardening': 'headers that bring a key, crit, zip or b64: false are refused',
    'peac.i-json': 'duplicate members, texts that are none and unsafe numbers are refused',
    'peac.limits': 'records beyond the bounds of size, depth, items, members and texts are refused',
    'peac.claims': 'claims are complete and closed, and issuer, type and pillars have their one form',
    'peac.groups': 'core groups are closed, and groups that nobody knows are kept with a warning',
    'peac.binding': 'issuer, subject and policy are the ones that were asked for',
    'peac.times': 'records from the future are refused, and what happened after it was issued is warned of',
    'peac.type-group': 'a registered type brings its group: strict refuses, interop warns',
    'peac.order': 'the payload is signed in the order of its members',
    'peac.tamper': 'a record of which one byte was changed is refused',
  }),
  ...rules('PEAC agent action records, AGENT-ACT-001 to 010', 'MUST', {
    'peac.action.kinds': 'six kinds of actions are told, each with its type and pillar',
    'peac.action.required': 'agent, action and time are told, and for a delegation to whom',
    'peac.action.refs': 'references are opaque: one of six prefixes, 256 bytes, no white space and no @',
    'peac.action.no-content': 'no content is told, under whatever name',
    'peac.action.closed': 'members that nobody knows are refused, and those of another kind',
    'peac.action.type': 'the kind is what the type of the record says',
    'peac.action.time': 'times have their offset from UTC',
  }),
  ...rules('PEAC lifecycle observations, A2A hand-off and CLI execution', 'MUST', {
    'peac.lifecycle': 'nine kinds are told with what each needs, and no verdict',
    'peac.a2a':
      'a task that is handed on names the digest of the agent card, and its type is that of the event',
    'peac.cli': 'a command is told by digests, and raw only where that was asked for twice',
  }),
  ...rules('PEAC issuers and keys', 'MUST', {
    'peac.keys.rotation':
      'records from before and after a rotation verify, those of a compromised key do not',
    'peac.keys.publish': 'an https issuer publishes its keys, and a did:key needs nobody',
  }),
  ...rules('AOS SDK design, records', 'MUST', {
    'peac.official':
      'the official packages accept every record of generated runs, and refuse it once it was changed',
    'peac.pure': 'the same step gives the same bytes',
    'peac.privacy': 'no content of messages, arguments and results is in a record, whatever is captured',
    'peac.hostile': 'names and times that mean harm cost no record, and harm no agent',
    'peac.delivery': 'records reach a server that fails at first, and are counted',
  }),
}
