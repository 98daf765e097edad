/** Collects text up to a number of UTF-8 bytes; everything after that is not kept. */
export interface BoundedWriter {
  /** Bytes that still fit. */
  left: number
  /** Whether something did not fit. */
  truncated: boolean
  text: string
}

/** Makes a writer with room for `maxBytes` of UTF-8. */
export function createWriter(maxBytes: number): BoundedWriter {
  return { left: Math.max(0, maxBytes), truncated: false, text: '' }
}

/** Appends as much of the text as fits; the rest is dropped without being looked at. */
export function write(writer: BoundedWriter, text: string): void {
  if (writer.truncated) return
  if (surelyFits(text, writer.left)) {
    writer.text += text
    writer.left -= utf8Length(text)
    return
  }
  const { end, bytes } = utf8Prefix(text, writer.left)
  writer.text += end === text.length ? text : text.slice(0, end)
  writer.left -= bytes
  writer.truncated = end < text.length
}

/** Whether a text fits whatever its characters: no UTF-16 unit takes more than three bytes of UTF-8. */
export function surelyFits(text: string, maxBytes: number): boolean {
  return text.length * 3 <= maxBytes
}

/** Appends a string in JSON form; of a long one only the part that can fit is escaped. */
export function writeString(writer: BoundedWriter, value: string): void {
  if (writer.truncated) return
  if (value.length <= SHORT && value.length + 2 <= writer.left && isPlain(value)) {
    writer.text += `"${value}"`
    writer.left -= value.length + 2
    return
  }
  // one character more than fits, so that the writer sees that something is missing
  write(writer, JSON.stringify(value.length > writer.left ? value.slice(0, writer.left + 1) : value))
}

/** Texts up to this length are looked at faster here than by the engine. */
const SHORT = 64
const QUOTE = 34
const BACKSLASH = 92

/** Whether a text is the same in JSON, and one byte of UTF-8 for each of its characters. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false
  }
  return true
}

function utf8Length(text: string): number {
  return text.length <= SHORT && isPlain(text) ? text.length : Buffer.byteLength(text)
}

/** The longest prefix that fits into `maxBytes` of UTF-8 without splitting a character. */
export function utf8Prefix(text: string, maxBytes: number): { readonly end: number; readonly bytes: number } {
  if (maxBytes > scratch.byteLength) scratch = new Uint8Array(maxBytes)
  // what is not written is not read either
  const { read, written } = encoder.encodeInto(text, scratch.subarray(0, Math.max(0, maxBytes)))
  return { end: read, bytes: written }
}

const encoder = new TextEncoder()
let scratch = new Uint8Array(0)
