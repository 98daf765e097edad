import { runView } from '@aos/trace/view'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'

/** What `aos view` is told by its options. */
export interface ViewRequest {
  readonly html?: string
  readonly width?: string
  readonly color: boolean
}

/** Shows files of spans as the program aos-view does. */
export async function view(
  files: readonly string[],
  { html, width, color }: ViewRequest,
  { terminal, json }: Context,
): Promise<Answer> {
  const written: string[] = []
  const { stdout, stderr, env } = terminal
  const args = [
    ...(html === undefined ? [] : ['--html', html]),
    ...(width === undefined ? [] : ['--width', width]),
    ...(color ? [] : ['--no-color']),
    ...(json && html === undefined ? ['--json'] : []),
    '--',
    ...files,
  ]
  const { isTTY, columns } = stdout
  const collected = { write: (text: string) => written.push(text), isTTY, columns }
  const code = await runView(args, { stdout: collected, stderr, env })
  const text = written.join('')
  // what is asked of it wrongly it calls 2 as well; that nothing could be shown is a failure
  const exitCode = code === EXIT.found ? EXIT.failed : code
  if (!json) return { exitCode, json: undefined, text }
  return {
    exitCode,
    json: html === undefined ? (JSON.parse(text || 'null') as unknown) : { file: html, message: text.trim() },
    text,
  }
}
