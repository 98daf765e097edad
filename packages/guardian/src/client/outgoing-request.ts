import type { IncomingHttpHeaders } from 'node:http'
import type { CallScope } from './call-scope.ts'
import type { HttpAnswer } from './exchange.ts'
import { failureOf, type Failure } from './failure.ts'
import type { HeaderFields, MessageSigner, SignableRequest } from './message-signer.ts'

/** A token, or what gives the token of the moment. */
export type Bearer = string | (() => string | PromiseLike<string>)

/** What proves who asks. */
export interface Credentials {
  readonly bearer?: Bearer | undefined
  readonly signer?: MessageSigner | undefined
}

/** A message on its way out. */
export interface Outgoing {
  readonly href: string
  readonly text: string
  readonly bytes: number
  readonly scope: CallScope
}

/** A request that is ready to be sent. */
export interface ReadyRequest {
  readonly ok: true
  readonly headers: HeaderFields
  /** What was signed, if anything was. */
  readonly signed: SignableRequest | undefined
}

/** Makes a request of a message, with token and signature. */
export async function prepareRequest(
  { bearer, signer }: Credentials,
  { href, text, bytes, scope }: Outgoing,
): Promise<ReadyRequest | { readonly ok: false; readonly failure: Failure }> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-length': String(bytes),
    'content-type': 'application/json',
  }
  if (bearer !== undefined) {
    const token = typeof bearer === 'string' ? bearer : await tokenOf(bearer)
    if (token === undefined)
      return { ok: false, failure: failureOf('guardian_credentials_failed', 'there is no token to show it') }
    headers['authorization'] = `Bearer ${token}`
  }
  if (signer === undefined || scope.ending !== undefined) return { ok: true, headers, signed: undefined }
  const request: SignableRequest = { method: 'POST', targetUri: href, headers, body: Buffer.from(text) }
  const signature = await signatureOf(signer, request)
  if (signature === undefined)
    return { ok: false, failure: failureOf('guardian_signature_failed', 'the request could not be signed') }
  const signed = { ...request, headers: { ...headers, ...signature } }
  return { ok: true, headers: signed.headers, signed }
}

/** Whether something can be sent as a bearer token (RFC 6750, 2.1). */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\w.~+/-]+=*$/.test(token)
}

/** Says what is wrong with the signature of an answer, `undefined` if nothing is. */
export async function signatureProblem(
  signer: MessageSigner,
  { status, headers, body }: HttpAnswer,
  request: SignableRequest,
): Promise<string | undefined> {
  try {
    const problem: unknown = await signer.verifyResponse(
      { status, headers: fieldsOf(headers), body },
      request,
    )
    if (problem === undefined) return undefined
    return typeof problem === 'string' ? problem : 'the signature could not be checked'
  } catch {
    return 'the signature could not be checked'
  }
}

async function tokenOf(bearer: () => string | PromiseLike<string>): Promise<string | undefined> {
  try {
    const token: unknown = await bearer()
    return isToken(token) ? token : undefined
  } catch {
    return undefined
  }
}

async function signatureOf(
  signer: MessageSigner,
  request: SignableRequest,
): Promise<HeaderFields | undefined> {
  try {
    return await signer.signRequest(request)
  } catch {
    return undefined
  }
}

function fieldsOf(headers: IncomingHttpHeaders): HeaderFields {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') fields[name] = value
  return fields
}
