import {
  ANY,
  BYTES,
  COUNT,
  enumOf,
  FLAG,
  listOf,
  mapOf,
  message,
  STRING,
  TEXT,
  VALUES,
  type Codec,
} from './wire-codec.ts'

// The messages of A2A 1.0, as a2a.proto has them. Members that may be absent and are plain JSON need no entry.

const ROLE = enumOf(['ROLE_UNSPECIFIED', 'ROLE_USER', 'ROLE_AGENT'])
const STATE = enumOf([
  'TASK_STATE_UNSPECIFIED',
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_WORKING',
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_AUTH_REQUIRED',
])

const PART = message(
  { filename: TEXT, mediaType: TEXT },
  { member: 'content', cases: { text: STRING, raw: BYTES, url: STRING, data: ANY } },
)

const MESSAGE = message({
  messageId: TEXT,
  contextId: TEXT,
  taskId: TEXT,
  role: ROLE,
  parts: listOf(PART),
  extensions: VALUES,
  referenceTaskIds: VALUES,
})

const ARTIFACT = message({
  artifactId: TEXT,
  name: TEXT,
  description: TEXT,
  parts: listOf(PART),
  extensions: VALUES,
})

const STATUS = optional(message({ state: STATE, message: optional(MESSAGE) }))

/** A task. */
export const TASK: Codec = message({
  id: TEXT,
  contextId: TEXT,
  status: STATUS,
  artifacts: listOf(ARTIFACT),
  history: listOf(MESSAGE),
})

const STATUS_UPDATE = message({ taskId: TEXT, contextId: TEXT, status: STATUS })

const ARTIFACT_UPDATE = message({
  taskId: TEXT,
  contextId: TEXT,
  artifact: optional(ARTIFACT),
  append: FLAG,
  lastChunk: FLAG,
})

/** An event of a stream. */
export const STREAM_RESPONSE: Codec = message(
  {},
  {
    member: 'payload',
    cases: { task: TASK, message: MESSAGE, statusUpdate: STATUS_UPDATE, artifactUpdate: ARTIFACT_UPDATE },
  },
)

/** What answers a message: the SDK has the message or the task itself, the wire says which of them it is. */
export const SEND_RESPONSE: Codec = {
  toWire(value) {
    const isMessage = typeof value === 'object' && value !== null && 'messageId' in value
    return isMessage ? { message: MESSAGE.toWire(value) } : { task: TASK.toWire(value) }
  },
  fromWire(value, problems) {
    const { task, message: said } = Object(value) as { readonly task?: unknown; readonly message?: unknown }
    if (task !== undefined && said === undefined) return TASK.fromWire(task, problems)
    if (said !== undefined && task === undefined) return MESSAGE.fromWire(said, problems)
    problems.push('either a task or a message is expected')
    return value
  },
}

/** Where a task's push notifications are sent. */
export const PUSH_CONFIG: Codec = message({
  tenant: TEXT,
  id: TEXT,
  taskId: TEXT,
  url: TEXT,
  token: TEXT,
  authentication: optional(message({ scheme: TEXT, credentials: TEXT })),
})

/** A message that is sent. */
export const SEND_REQUEST: Codec = message({
  tenant: TEXT,
  message: optional(MESSAGE),
  configuration: optional(
    message({
      acceptedOutputModes: VALUES,
      taskPushNotificationConfig: optional(PUSH_CONFIG),
      returnImmediately: FLAG,
    }),
  ),
})

/** A request that names a task. */
export const TASK_REQUEST: Codec = message({ tenant: TEXT, id: TEXT })

/** A request for the agent card. */
export const CARD_REQUEST: Codec = message({ tenant: TEXT })

/** A request that names the push configuration of a task. */
export const PUSH_REQUEST: Codec = message({ tenant: TEXT, taskId: TEXT, id: TEXT })

/** A request for the push configurations of a task. */
export const LIST_PUSH_REQUEST: Codec = message({
  tenant: TEXT,
  taskId: TEXT,
  pageSize: COUNT,
  pageToken: TEXT,
})

/** The push configurations of a task. */
export const LIST_PUSH_RESPONSE: Codec = message({ configs: listOf(PUSH_CONFIG), nextPageToken: TEXT })

/** A request for tasks. */
export const LIST_TASKS_REQUEST: Codec = message({
  tenant: TEXT,
  contextId: TEXT,
  status: STATE,
  pageToken: TEXT,
})

/** Tasks. */
export const LIST_TASKS_RESPONSE: Codec = message({
  tasks: listOf(TASK),
  nextPageToken: TEXT,
  pageSize: COUNT,
  totalSize: COUNT,
})

const REQUIREMENT = message({ schemes: mapOf(message({ list: VALUES })) })

const FLOW = message({
  authorizationUrl: TEXT,
  tokenUrl: TEXT,
  deviceAuthorizationUrl: TEXT,
  refreshUrl: TEXT,
  scopes: mapOf(ANY),
  pkceRequired: FLAG,
})

const FLOWS = message(
  {},
  {
    member: 'flow',
    cases: {
      authorizationCode: FLOW,
      clientCredentials: FLOW,
      implicit: FLOW,
      password: FLOW,
      deviceCode: FLOW,
    },
  },
)

const SCHEME = message(
  {},
  {
    member: 'scheme',
    cases: {
      apiKeySecurityScheme: message({ description: TEXT, location: TEXT, name: TEXT }),
      httpAuthSecurityScheme: message({ description: TEXT, scheme: TEXT, bearerFormat: TEXT }),
      oauth2SecurityScheme: message({
        description: TEXT,
        flows: optional(FLOWS),
        oauth2MetadataUrl: TEXT,
      }),
      openIdConnectSecurityScheme: message({ description: TEXT, openIdConnectUrl: TEXT }),
      mtlsSecurityScheme: message({ description: TEXT }),
    },
  },
)

const SKILL = message({
  id: TEXT,
  name: TEXT,
  description: TEXT,
  tags: VALUES,
  examples: VALUES,
  inputModes: VALUES,
  outputModes: VALUES,
  securityRequirements: listOf(REQUIREMENT),
})

/** An agent card. */
export const CARD: Codec = message({
  name: TEXT,
  description: TEXT,
  supportedInterfaces: listOf(
    message({ url: TEXT, protocolBinding: TEXT, tenant: TEXT, protocolVersion: TEXT }),
  ),
  provider: optional(message({ url: TEXT, organization: TEXT })),
  version: TEXT,
  capabilities: optional(
    message({ extensions: listOf(message({ uri: TEXT, description: TEXT, required: FLAG })) }),
  ),
  securitySchemes: mapOf(SCHEME),
  securityRequirements: listOf(REQUIREMENT),
  defaultInputModes: VALUES,
  defaultOutputModes: VALUES,
  skills: listOf(SKILL),
  signatures: listOf(message({ protected: TEXT, signature: TEXT })),
})

/** An answer that says nothing. */
export const NOTHING: Codec = { toWire: () => null, fromWire: () => undefined }

// an absent message stays absent
function optional({ toWire, fromWire }: Codec): Codec {
  return { toWire, fromWire }
}
