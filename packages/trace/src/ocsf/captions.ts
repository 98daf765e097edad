/** Classes of OCSF that agents are shown in. */
export type OcsfClass = 2004 | 5020 | 6002 | 6003 | 6005 | 6008

const FINDINGS = { category: 2, categoryCaption: 'Findings' } as const
const DISCOVERY = { category: 5, categoryCaption: 'Discovery' } as const
const APPLICATION = { category: 6, categoryCaption: 'Application Activity' } as const

/** Captions of the classes and their categories (OCSF, classes). */
export const CLASSES: Readonly<
  Record<OcsfClass, { readonly caption: string; readonly category: number; readonly categoryCaption: string }>
> = {
  2004: { caption: 'Detection Finding', ...FINDINGS },
  5020: { caption: 'Software Inventory Info', ...DISCOVERY },
  6002: { caption: 'Application Lifecycle', ...APPLICATION },
  6003: { caption: 'API Activity', ...APPLICATION },
  6005: { caption: 'Datastore Activity', ...APPLICATION },
  6008: { caption: 'Application Error', ...APPLICATION },
}

/** Captions of the activities that are used; 99 has none of its own. */
export const ACTIVITIES: Readonly<Record<OcsfClass, Readonly<Record<number, string>>>> = {
  2004: { 1: 'Create' },
  5020: { 2: 'Collect' },
  6002: { 3: 'Start', 4: 'Stop' },
  6003: {},
  6005: { 1: 'Read', 4: 'Query', 5: 'Write' },
  6008: { 1: 'General Error' },
}

/** Captions of `severity_id`. */
export const SEVERITIES: Readonly<Record<number, string>> = {
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
}

/** Captions of `status_id`; that of 99 is the event's own. */
export const STATUSES: Readonly<Record<number, string>> = { 1: 'Success', 2: 'Failure' }

/** Captions of `action_id` (OCSF, profile security_control). */
export const ACTIONS: Readonly<Record<number, string>> = {
  1: 'Allowed',
  2: 'Denied',
  3: 'Observed',
  4: 'Modified',
}

/** Captions of `disposition_id` (OCSF, profile security_control). */
export const DISPOSITIONS: Readonly<Record<number, string>> = {
  1: 'Allowed',
  2: 'Blocked',
  11: 'Corrected',
  17: 'Logged',
  27: 'Error',
}

/** Captions of `ai_role_id` (OCSF, object message_context). */
export const AI_ROLES: Readonly<Record<number, string>> = {
  1: 'User',
  2: 'Assistant',
  3: 'Tool',
  4: 'Agent',
  6: 'Retriever',
  99: 'System',
}
