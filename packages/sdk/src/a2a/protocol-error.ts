import { randomUUID } from 'node:crypto'
import { AosDeniedError } from '../errors.ts'
import { snapshot } from '../values/snapshot.ts'
import type { Line } from './methods.ts'
import { member } from './methods.ts'

/** Code of the protocol for what this agent does not do. */
export const UNSUPPORTED_OPERATION = -32004

// by which every copy of the SDK since 1.0 knows its errors
const A2A_ERROR: unique symbol = Symbol.for('@a2a-js/sdk.A2AError') as never

/** A denial in the shape that the SDK since 1.0 maps to the protocol's own error; it knows errors by brand and name. */
class UnsupportedOperationError extends AosDeniedError {
  constructor(denied: AosDeniedError) {
    super(denied.denial)
    this.name = 'UnsupportedOperationError'
    Object.defineProperty(this, A2A_ERROR, { value: true })
  }

  toErrorInfo(): object {
    return {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'UNSUPPORTED_OPERATION',
      domain: 'a2a-protocol.org',
    }
  }
}

type ErrorClass = new (code: number, message: string) => Error

/** Makes the errors that a request handler throws where it was denied. */
export class DenialErrors {
  readonly #target: object
  readonly #line: Line
  #errorClass: Promise<ErrorClass | undefined> | undefined

  constructor(target: object, line: Line) {
    this.#target = target
    this.#line = line
  }

  async of(denied: AosDeniedError): Promise<Error> {
    if (this.#line === '1.0') return new UnsupportedOperationError(denied)
    // 0.3 knows nothing but instances of its own class, and its request handler is where one is to be had
    this.#errorClass ??= errorClassOf(this.#target)
    const ErrorClass = await this.#errorClass
    if (ErrorClass === undefined) return denied
    const error = new ErrorClass(UNSUPPORTED_OPERATION, denied.message)
    error.cause = denied
    return error
  }
}

// what looks for a task that nobody has says so with the class; its store is not asked
async function errorClassOf(target: object): Promise<ErrorClass | undefined> {
  const emptied = Object.create(target, { taskStore: { value: { load: () => undefined } } }) as object
  try {
    await Reflect.apply(Reflect.get(emptied, 'getTask') as () => unknown, emptied, [{ id: randomUUID() }])
    return undefined
  } catch (error) {
    const isOwn = member(error, 'name') === 'A2AError' && typeof member(error, 'code') === 'number'
    return isOwn ? (member(error, 'constructor') as ErrorClass) : undefined
  }
}

/** What handlers judge of an error that answers a request. */
export interface ErrorAnswer {
  readonly code?: number
  readonly message: string
  /** What stands beside the message. */
  readonly data?: unknown
  readonly metadata?: unknown
}

/** The part of an error that comes from the other side, or goes to it. */
export function errorAnswerOf(error: unknown): ErrorAnswer {
  const said = member(member(error, 'errorResponse'), 'error')
  const code = member(said, 'code') ?? member(error, 'envelopeCode') ?? member(error, 'code')
  const message = member(said, 'message') ?? member(error, 'message')
  const data = asJson(member(said, 'data') ?? member(error, 'data'))
  const metadata = asJson(member(error, 'metadata'))
  return {
    ...(typeof code === 'number' ? { code } : {}),
    message: typeof message === 'string' ? message : 'an error without a message',
    ...(data === undefined ? {} : { data }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

const CUT = 'what cannot be read'

/** Whether an error says more than could be shown of it. */
export function isCut({ data, metadata }: ErrorAnswer): boolean {
  return data === CUT || metadata === CUT
}

// as it is on the wire, where what JSON cannot hold does not go
function asJson(value: unknown): unknown {
  if (value === undefined) return undefined
  try {
    const text = JSON.stringify(value) as string | undefined
    const written: unknown = text === undefined ? undefined : JSON.parse(text)
    return written === undefined || snapshot(written).ok ? written : CUT
  } catch {
    return CUT
  }
}

/** Says what is wrong with a replacement of an error that answers. */
export function errorProblem(value: unknown): string | undefined {
  return typeof member(value, 'message') === 'string' ? undefined : 'an error with a message is expected'
}

/** The same error with the message, the data and, where it has one, the code that were decided. */
export function rewrittenError(error: unknown, decided: unknown): unknown {
  const message = String(member(decided, 'message'))
  const [data, metadata] = ['data', 'metadata'].map((name) => shownOf(decided, name))
  if (typeof error !== 'object' || error === null) return new Error(message)
  const own = member(error, 'name')
  const name = typeof own === 'string' ? own : 'Error'
  const copy = Object.create(Object.getPrototypeOf(error) as object, {
    ...Object.getOwnPropertyDescriptors(error),
    message: hidden(message),
    stack: hidden(`${name}: ${message}`),
    cause: hidden(undefined),
    data: hidden(data),
    metadata: hidden(metadata),
    ...codeOf(error, decided),
  }) as object
  const response = member(error, 'errorResponse')
  if (response !== undefined)
    Object.defineProperty(copy, 'errorResponse', hidden(responseWith(response, decided)))
  return copy
}

function shownOf(decided: unknown, name: string): unknown {
  const said = member(decided, name)
  return said === CUT ? undefined : said
}

// errors since 1.0 are told by their class, so only one that carries a code can have another
function codeOf(error: object, decided: unknown): PropertyDescriptorMap {
  const code = member(decided, 'code')
  return typeof code === 'number' && typeof member(error, 'code') === 'number' ? { code: hidden(code) } : {}
}

function responseWith(response: unknown, decided: unknown): object {
  const data = shownOf(decided, 'data')
  return {
    jsonrpc: '2.0',
    id: member(response, 'id') ?? null,
    error: {
      code: member(decided, 'code') ?? member(member(response, 'error'), 'code'),
      message: String(member(decided, 'message')),
      ...(data === undefined ? {} : { data }),
    },
  }
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false }
}
