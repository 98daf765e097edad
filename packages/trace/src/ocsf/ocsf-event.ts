import { VERSION } from '@aos/sdk'
import { ACTIVITIES, CLASSES, SEVERITIES, STATUSES, type OcsfClass } from './captions.ts'

/** A version of OCSF whose events can be made. */
export type OcsfVersion = '1.8.0' | '1.9.0'

/** What the events say of the product they come from (OCSF, object product). */
export interface OcsfProduct {
  readonly name: string
  readonly vendor_name?: string | undefined
  readonly version?: string | undefined
}

/** An event of OCSF, as it is sent. */
export interface OcsfEvent {
  readonly class_uid: number
  readonly category_uid: number
  readonly activity_id: number
  /** Absent only in the profile `landing`. */
  readonly type_uid?: number
  readonly severity_id: number
  /** Milliseconds since the epoch; seconds in the profile `landing`. */
  readonly time: number
  readonly metadata: {
    readonly version: string
    readonly uid?: string
    readonly profiles?: readonly string[]
    readonly product: OcsfProduct
    readonly [attribute: string]: unknown
  }
  readonly [attribute: string]: unknown
}

/** Attributes that an event may carry only where its class knows the profile and `metadata.profiles` names it. */
export interface ProfileAttributes {
  readonly ai_operation?: Attributes | undefined
  readonly host?: Attributes | undefined
  readonly security_control?: Attributes | undefined
  readonly trace?: Attributes | undefined
}

/** Attributes by name. */
export type Attributes = Readonly<Record<string, unknown>>

/** What an event is assembled from. */
export interface EventParts {
  readonly class: OcsfClass
  readonly activity: number
  /** Name of activity 99. */
  readonly activityName?: string | undefined
  readonly severity: number
  /** 1 success, 2 failure, unless a text says otherwise. */
  readonly status?: number | undefined
  readonly statusText?: string | undefined
  readonly time: number
  readonly uid: string
  /** What of the SDK the event shows. */
  readonly code: string
  readonly sequence?: number | undefined
  readonly correlation?: string | undefined
  readonly profiles?: ProfileAttributes
  readonly attributes: Attributes
}

/** How events are made: for which version, and in whose name. */
export interface EventFrame {
  readonly version: OcsfVersion
  readonly product: OcsfProduct
}

/** The product that events name where no other is given. */
export const PRODUCT: OcsfProduct = { name: 'aos-sdk', vendor_name: 'AOS', version: VERSION }

const PROFILES: Readonly<Record<OcsfVersion, Readonly<Record<OcsfClass, readonly string[]>>>> = {
  '1.8.0': {
    2004: ['host', 'security_control'],
    5020: ['security_control'],
    6002: ['host', 'security_control'],
    6003: ['ai_operation', 'security_control', 'trace'],
    6005: ['ai_operation', 'security_control'],
    6008: ['host', 'security_control'],
  },
  '1.9.0': {
    2004: ['host', 'security_control'],
    5020: ['security_control'],
    6002: ['ai_operation', 'host', 'security_control'],
    6003: ['ai_operation', 'security_control', 'trace'],
    6005: ['ai_operation', 'security_control'],
    6008: ['ai_operation', 'host', 'security_control'],
  },
}

/** Whether a class knows a profile (OCSF, profiles). */
export function knowsProfile(
  version: OcsfVersion,
  ofClass: OcsfClass,
  profile: keyof ProfileAttributes,
): boolean {
  return PROFILES[version][ofClass].includes(profile)
}

/**
 * Assembles an event: captions that match the ids, and attributes of profiles only where they are allowed. Members that
 * are undefined are not there once it is JSON.
 */
export function assembleEvent(frame: EventFrame, parts: EventParts): OcsfEvent {
  const { class: classUid, activity, profiles = {}, status } = parts
  const { caption, category, categoryCaption } = CLASSES[classUid]
  const named = PROFILES[frame.version][classUid].filter(
    (profile) => profiles[profile as keyof ProfileAttributes] !== undefined,
  )
  const activityCaption = ACTIVITIES[classUid][activity] ?? 'Other'
  return {
    activity_id: activity,
    activity_name: activity === 99 ? parts.activityName : activityCaption,
    category_uid: category,
    category_name: categoryCaption,
    class_uid: classUid,
    class_name: caption,
    type_uid: classUid * 100 + activity,
    type_name: `${caption}: ${activityCaption}`,
    severity_id: parts.severity,
    severity: SEVERITIES[parts.severity],
    status_id: status,
    status: status === undefined ? undefined : (parts.statusText ?? STATUSES[status]),
    time: parts.time,
    metadata: {
      version: frame.version,
      uid: parts.uid,
      event_code: parts.code,
      sequence: parts.sequence,
      correlation_uid: parts.correlation,
      profiles: named.length === 0 ? undefined : named,
      product: frame.product,
    },
    ...Object.assign({}, ...named.map((profile) => profiles[profile as keyof ProfileAttributes])),
    ...parts.attributes,
  } as unknown as OcsfEvent
}
