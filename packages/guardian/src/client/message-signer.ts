/** Header fields by lower-case name. */
export type HeaderFields = Readonly<Record<string, string>>

/** A request as it goes over the wire. */
export interface SignableRequest {
  readonly method: 'POST'
  /** Absolute, as the guardian is addressed (RFC 9421, 2.2.2); over a unix socket still the endpoint's URL. */
  readonly targetUri: string
  readonly headers: HeaderFields
  readonly body: Uint8Array
}

/** An answer as it came over the wire, before anything of it is trusted. */
export interface SignableResponse {
  readonly status: number
  readonly headers: HeaderFields
  readonly body: Uint8Array
}

/** Signs what the client sends and checks who has answered; a client that is given one takes no unsigned answer. */
export interface MessageSigner {
  /**
   * Gives the header fields that sign a request (`content-digest`, `signature-input`, `signature`). Asked again for a
   * retry, which has the same JSON-RPC id and body, because a nonce counts once. Throwing is a deny
   * `guardian_signature_failed`.
   */
  signRequest(request: SignableRequest): HeaderFields | PromiseLike<HeaderFields>
  /**
   * Says in a sentence what is wrong with an answer's signature, `undefined` if nothing is. `request` has the header
   * fields that signed it, so that the answer can be bound to it. Throwing means the answer is not believed.
   */
  verifyResponse(
    response: SignableResponse,
    request: SignableRequest,
  ): string | undefined | PromiseLike<string | undefined>
}
