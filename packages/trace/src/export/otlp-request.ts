import type { OtlpProtocol } from '../config/tracer-options.ts'
import { jsonRequests } from './json-request.ts'
import { protobufRequests } from './protobuf-request.ts'

/** What can be done with rendered OTLP trace requests; it needs no spans, so that it works on what a spool has kept. */
export interface OtlpRequests {
  /** Makes one request of several. */
  join(bodies: readonly Uint8Array[]): Uint8Array
  /** Makes two requests of one, half of its spans in each; `undefined` when it has fewer than two. */
  split(body: Uint8Array): readonly [first: Uint8Array, second: Uint8Array] | undefined
  /** Cuts the longest texts of a request of one span down to a size; `undefined` when that is not enough. */
  truncate(body: Uint8Array, maxBytes: number): Uint8Array | undefined
}

/** Returns what works on the requests of an encoding. */
export function otlpRequests(protocol: OtlpProtocol): OtlpRequests {
  return protocol === 'http/json' ? jsonRequests : protobufRequests
}
