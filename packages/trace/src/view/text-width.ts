const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })

const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u

const LONGEST_SEGMENT = 32

/** Columns that a text takes in a terminal. */
export function textWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of segments.segment(text)) width += segmentWidth(segment)
  return width
}

/** Cuts a text to a number of columns, with a mark where something was cut. */
export function cutToWidth(whole: string, columns: number): string {
  // a text may be of any length, and measuring it is slow
  const text = whole.slice(0, LONGEST_SEGMENT * (columns + 1))
  if (text === whole && textWidth(text) <= columns) return text
  let width = 0
  let cut = ''
  for (const { segment } of segments.segment(text)) {
    width += segmentWidth(segment)
    if (width > columns - 1) break
    cut += segment
  }
  return columns < 1 ? '' : `${cut}…`
}

function segmentWidth(segment: string): number {
  if (ZERO.test(segment)) return 0
  return WIDE.test(segment) || segment.includes('\ufe0f') ? 2 : 1
}
