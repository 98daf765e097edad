import type { Codec, CodecName } from './codec.ts'
import { decodeDecision, encodeDecision } from './decision-response.ts'
import { encodeAosRequest } from './encode-request.ts'
import { encodeLandingRequest } from './landing-request.ts'

function makeCodec(name: CodecName): Codec {
  return {
    name,
    encodeRequest: (step) => (name === 'landing' ? encodeLandingRequest(step) : encodeAosRequest(step, name)),
    decodeResponse: (sent, answer, options) => decodeDecision(name, sent, { ...options, answer }),
    encodeResponse: (step, decision) => encodeDecision(name, step, decision),
  }
}

const CODECS: Readonly<Record<CodecName, Codec>> = {
  'aos-0.1': makeCodec('aos-0.1'),
  'aos-0.1-literal': makeCodec('aos-0.1-literal'),
  landing: makeCodec('landing'),
}

/** Gives the codec of a dialect. */
export function codecOf(name: CodecName): Codec {
  return CODECS[name]
}
