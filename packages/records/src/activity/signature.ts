import { createHmac, timingSafeEqual } from 'node:crypto'

/** A request that is about to be sent. */
export interface ActivityRequest {
  /** The bytes of the body, as they are sent. */
  readonly body: Uint8Array
  readonly eventId: string
  /** Seconds since the epoch. */
  readonly timestamp: number
}

/** Gives the headers that prove whose request it is; called for each attempt. */
export type ActivitySigner = (
  request: ActivityRequest,
) => Readonly<Record<string, string>> | PromiseLike<Readonly<Record<string, string>>>

/** Names of the headers of {@link hmacSigner}. */
export interface SignatureHeaders {
  /** `x-agent-activity-timestamp` by default. */
  readonly timestamp?: string | undefined
  /** `x-agent-activity-signature` by default. */
  readonly signature?: string | undefined
}

const TIMESTAMP = 'x-agent-activity-timestamp'
const SIGNATURE = 'x-agent-activity-signature'
const PREFIX = 'sha256='

/**
 * Signs requests with a shared secret: `sha256=` and the HMAC-SHA-256, in hexadecimal digits, of the seconds since the
 * epoch, a dot and the body. This profile is ours, as the vendor publishes none.
 */
export function hmacSigner(secret: string, headers: SignatureHeaders = {}): ActivitySigner {
  const { timestamp: timeHeader = TIMESTAMP, signature: signatureHeader = SIGNATURE } = headers
  return ({ body, timestamp }) => ({
    [timeHeader]: String(timestamp),
    [signatureHeader]: PREFIX + digestOf(secret, String(timestamp), body).toString('hex'),
  })
}

/** A request as a receiver has it. */
export interface ReceivedActivityRequest {
  /** By name in small letters, as `node:http` gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body as it arrived. */
  readonly body: Uint8Array | string
}

/** How {@link verifyActivitySignature} judges. */
export interface SignatureVerification {
  readonly secret: string
  readonly headers?: SignatureHeaders | undefined
  /** Seconds by which clocks may differ, 300 by default. */
  readonly toleranceSeconds?: number | undefined
  /** Milliseconds since the epoch, the real time by default. */
  readonly nowMs?: number | undefined
}

/** Whether a request was signed with this secret by {@link hmacSigner}, not long ago; never throws. */
export function verifyActivitySignature(
  request: ReceivedActivityRequest,
  verification: SignatureVerification,
): boolean {
  const { secret, headers = {}, toleranceSeconds = 300, nowMs = Date.now() } = verification
  const timestamp = request.headers[(headers.timestamp ?? TIMESTAMP).toLowerCase()]
  const signature = request.headers[(headers.signature ?? SIGNATURE).toLowerCase()]
  if (typeof timestamp !== 'string' || typeof signature !== 'string') return false
  if (!/^\d{1,12}$/.test(timestamp) || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return false
  const given = Buffer.from(signature.slice(PREFIX.length), 'hex')
  return timingSafeEqual(given, digestOf(secret, timestamp, request.body))
}

function digestOf(secret: string, timestamp: string, body: Uint8Array | string): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()
}
