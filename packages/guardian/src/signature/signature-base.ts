import type { HeaderFields } from '../client/message-signer.ts'
import { writeName, writeNames, type CoveredName, type CoveredNames } from './structured-field.ts'

/** A request as its signature sees it. */
export interface RequestParts {
  readonly method: string
  /** Absolute, as the guardian was addressed (RFC 9421, 2.2.2). */
  readonly targetUri: string
  /** By lower-case name; several lines of one name joined by a comma. */
  readonly headers: HeaderFields
}

/** A response as its signature sees it. */
export interface ResponseParts {
  readonly status: number
  readonly headers: HeaderFields
}

/** Gives what a message has under a covered name; `undefined` if nothing, or nothing that can be signed. */
export type ComponentValue = (name: CoveredName) => string | undefined

/** The values of a request. */
export function requestValues(request: RequestParts): ComponentValue {
  return ({ name, parameters }) => (parameters.size === 0 ? requestValue(request, name) : undefined)
}

/** The values of a response, and with `;req` those of the request that it answers (RFC 9421, 2.4). */
export function responseValues(response: ResponseParts, request: RequestParts): ComponentValue {
  return ({ name, parameters }) => {
    if (parameters.size === 0)
      return name === '@status' ? statusText(response.status) : fieldValue(response.headers, name)
    const ofRequest = parameters.size === 1 && parameters.get('req') === true
    return ofRequest ? requestValue(request, name) : undefined
  }
}

/** Gives the signature base (RFC 9421, 2.5); `undefined` where a covered component is absent or named twice. */
export function signatureBase(covered: CoveredNames, valueOf: ComponentValue): string | undefined {
  const seen = new Set<string>()
  let base = ''
  for (const name of covered.names) {
    const written = writeName(name)
    const value = valueOf(name)
    if (value === undefined || seen.has(written)) return undefined
    seen.add(written)
    base += `${written}: ${value}\n`
  }
  return `${base}"@signature-params": ${writeNames(covered)}`
}

function requestValue(request: RequestParts, name: string): string | undefined {
  if (name === '@method') return signable(request.method)
  if (name === '@target-uri') return signable(request.targetUri)
  return fieldValue(request.headers, name)
}

function fieldValue(headers: HeaderFields, name: string): string | undefined {
  if (!/^[a-z0-9!#$%&'*+\-.^_`|~]+$/.test(name) || !Object.hasOwn(headers, name)) return undefined
  const value: unknown = headers[name]
  return typeof value === 'string' ? signable(trimmed(value)) : undefined
}

// a line end in a value would let it say other lines of the base
function signable(value: string): string | undefined {
  return /^[\t\x20-\x7e]*$/.test(value) ? value : undefined
}

function trimmed(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isBlank(value[start])) start++
  while (end > start && isBlank(value[end - 1])) end--
  return value.slice(start, end)
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}

function statusText(status: number): string | undefined {
  return Number.isInteger(status) && status >= 100 && status <= 999 ? String(status) : undefined
}
