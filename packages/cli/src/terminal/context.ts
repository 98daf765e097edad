import { styleText } from 'node:util'
import { showsColor, type Terminal } from './terminal.ts'

/** A tone in which a word is printed, where the terminal has colours. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'quiet'

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal
  /** Whether one JSON document is asked for in the place of text. */
  readonly json: boolean
  /** Gives a text its tone, for stdout. */
  readonly paint: (tone: Tone, text: string) => string
  /** Tells how far long work has got: on a terminal only, in one line that is written over. */
  readonly progress: (text: string) => void
  /** Tells something beside the answer, on stderr. */
  readonly note: (text: string) => void
}

/** What a command has come to. */
export interface Answer {
  readonly exitCode: number
  /** The document that `--json` prints; none where everything was told before. */
  readonly json: unknown
  /** What is printed otherwise; a line feed at its end is added. */
  readonly text: string
}

const STYLES = { good: 'green', bad: 'red', doubtful: 'yellow', quiet: 'dim' } as const

const CLEAR_LINE = '\r\u001B[K'

/** Makes what a command works with. */
export function createContext(
  terminal: Terminal,
  json: boolean,
): Context & { readonly endProgress: () => void } {
  const { stdout, stderr, env } = terminal
  const colored = showsColor(stdout, env)
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb'
  let shown = false
  const endProgress = (): void => {
    if (shown) stderr.write(CLEAR_LINE)
    shown = false
  }
  return {
    terminal,
    json,
    paint: (tone, text) => (colored ? styleText(STYLES[tone], text, { validateStream: false }) : text),
    progress: (text) => {
      if (!live) return
      stderr.write(`${CLEAR_LINE}${text.slice(0, (stderr.columns ?? 80) - 1)}`)
      shown = true
    },
    note: (text) => {
      endProgress()
      stderr.write(`${text}\n`)
    },
    endProgress,
  }
}
