import { toldError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { counted } from '../terminal/counted.ts'
import { visible } from '../terminal/visible.ts'
import { readText } from './read-file.ts'
import { partsOf, type DocumentKind } from './recognise.ts'
import { validatePart, type Issue } from './validate-part.ts'

interface Checked {
  readonly file: string
  readonly line?: number
  readonly kind: DocumentKind
  readonly valid: boolean
  readonly issues: readonly Issue[]
}

interface Unread {
  readonly file: string
  readonly error: string
}

/** Checks files, and tells of each document whether it is valid. */
export async function validateFiles(files: readonly string[], { paint, progress }: Context): Promise<Answer> {
  const checked: Checked[] = []
  const unread: Unread[] = []
  for (const [at, file] of files.entries()) {
    progress(`${at} of ${counted(files.length, 'file')} checked`)
    try {
      checked.push(...(await checkText(file, await readText(file))))
    } catch (error) {
      unread.push({ file, error: toldError(error).message })
    }
  }
  const isValid = checked.every(({ valid }) => valid) && checked.length > 0
  const lines = [
    ...checked.flatMap((one) => linesOf(one, paint)),
    ...unread.map(({ error }) => `${visible(error)}  ${paint('bad', 'not checked')}`),
  ]
  return {
    exitCode: unread.length > 0 ? EXIT.failed : isValid ? EXIT.ok : EXIT.found,
    json: { valid: isValid && unread.length === 0, documents: checked, unread },
    text: lines.join('\n'),
  }
}

async function checkText(file: string, text: string): Promise<readonly Checked[]> {
  const checked: Checked[] = []
  for (const part of partsOf(text)) {
    const issues = await validatePart(part)
    const valid = issues.every(({ severity }) => severity === 'warning')
    const at = part.line === undefined ? {} : { line: part.line }
    checked.push({ file, ...at, kind: part.kind, valid, issues })
  }
  return checked
}

function linesOf({ file, line, kind, valid, issues }: Checked, paint: Context['paint']): readonly string[] {
  const place = line === undefined ? file : `${file}:${line}`
  const verdict = valid ? paint('good', 'valid') : paint('bad', 'not valid')
  return [
    `${visible(place)}  ${kind}  ${verdict}`,
    ...issues.map(({ path, message, line: at, severity, fix }) => {
      const tone = severity === 'warning' ? paint('doubtful', 'warning: ') : ''
      const said = visible(path === '' ? message : `${path} ${message}`)
      const hint = fix === undefined ? '' : paint('quiet', `  (${visible(fix)})`)
      return `  ${tone}${at === undefined ? '' : `line ${at}: `}${said}${hint}`
    }),
  ]
}
