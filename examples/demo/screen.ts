import { styleText } from 'node:util'

/** Colours the demo uses; what they mean is the same everywhere. */
export type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** Colours a text, unless the output is no terminal or `NO_COLOR` is set. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout })
}

/** Writes lines to the screen. */
export function show(...lines: readonly string[]): void {
  for (const line of lines) console.log(line.trimEnd())
}

/** Writes a label in a column of its own, and what it says. */
export function fact(label: string, text: string): void {
  show(`  ${paint('dim', label.padEnd(12))}${text}`)
}

/** Cuts a text that would not fit on its line. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
