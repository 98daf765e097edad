const PREFIX = 'org.peacprotocol/'

/** Registered types of records, by the group of facts that each must carry (PEAC registry, receipt types). */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  'a2a-handoff': [
    'a2a-agent-card-observation',
    ...['human-approved', 'human-rejected', 'human-review-requested'].map((name) => `a2a-${name}`),
    ...['accepted', 'completed', 'failed', 'rejected', 'state-changed', 'submitted'].map(
      (name) => `a2a-task-${name}`,
    ),
  ],
  access: ['access-decision'],
  'agent-action': ['approved', 'cancelled', 'delegated', 'denied', 'invoked', 'timed-out'].map(
    (name) => `agent-action-${name}-observed`,
  ),
  attribution: ['attribution-event'],
  challenge: [],
  'cli-execution': ['cli-command-execution'],
  commerce: ['payment'],
  'commerce-mandate': ['authorization', 'budget', 'capture', 'mandate', 'refund', 'settlement', 'void'].map(
    (name) => `commerce-${name}-observed`,
  ),
  compliance: ['compliance-check'],
  consent: ['consent-record'],
  correlation: [],
  'gateway-export': [
    'facilitator-timeout',
    'payment-submitted',
    'settlement-confirmed',
    'settlement-confirmed-late',
    'settlement-failed',
    'settlement-failed-orphaned',
    'settlement-polling',
    'settlement-unresolved',
  ].map((name) => `gateway-${name}-observed`),
  identity: ['identity-attestation'],
  'lifecycle-observation': [
    'approval-denied',
    'approval-granted',
    'approval-requested',
    'evaluation-completed',
    'evaluation-started',
    'experiment-assigned',
    'experiment-result',
    'mode-observed',
    'workflow-transition',
  ].map((name) => `lifecycle-${name}`),
  privacy: ['privacy-signal'],
  provenance: ['provenance-record'],
  'provisioning-lifecycle': [
    'account',
    'budget',
    'catalog',
    'credential',
    'deployment',
    'domain',
    'payment-authorization',
    'provider-link',
    'resource',
    'subscription',
  ].map((name) => `provisioning-${name}-observed`),
  purpose: ['purpose-declaration'],
  safety: ['safety-review'],
}

const GROUPS: ReadonlySet<string> = new Set(Object.keys(TYPES).map((name) => PREFIX + name))
const GROUP_OF_TYPE: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPES).flatMap(([group, types]) =>
    types.map((type) => [PREFIX + type, PREFIX + group] as const),
  ),
)

/** The full name of one of PEAC's own types or groups. */
export function peacName<const Name extends string>(name: Name): `org.peacprotocol/${Name}` {
  return `org.peacprotocol/${name}`
}

/** Whether a group of facts is registered. */
export function isRegisteredGroup(group: string): boolean {
  return GROUPS.has(group)
}

/** The group that records of a type must carry; none for a type that is not registered. */
export function groupOfType(type: string): string | undefined {
  return GROUP_OF_TYPE.get(type)
}
