/** An answer to an OTLP request in protobuf: what was rejected, if anything (OTLP, partial success). */
export function writePartialSuccess(rejected: number, reason: string): Buffer {
  if (rejected === 0) return Buffer.alloc(0)
  return bytesField(1, Buffer.concat([numberField(1, rejected), bytesField(2, Buffer.from(reason, 'utf8'))]))
}

/** A `google.rpc.Status` in protobuf, as OTLP wants it where a request is refused. */
export function writeStatus(code: number, message: string): Buffer {
  return Buffer.concat([numberField(1, code), bytesField(2, Buffer.from(message, 'utf8'))])
}

function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)])
}

function bytesField(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(content.byteLength), content])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}
