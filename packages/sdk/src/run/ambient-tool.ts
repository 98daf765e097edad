import { AosError } from '../errors.ts'
import { currentRun } from './current-run.ts'
import type { ToolKind } from './operation.ts'

/** How a plain function is taken as a tool. */
export interface AmbientToolOptions {
  /** Default: the function's name. */
  readonly name?: string
  readonly kind?: ToolKind
}

/**
 * Makes a tool of a plain function: each call is judged in the run it is made from. Called outside of any run it
 * throws `no_run`, because nothing could judge it there.
 */
export function tool<P, R>(
  execute: (parameters: P) => R | PromiseLike<R>,
  options: AmbientToolOptions = {},
): (parameters: P) => Promise<R> {
  const toolName = options.name ?? execute.name
  if (toolName === '') {
    throw new AosError({
      code: 'invalid_options',
      message: 'A tool needs a name',
      fix: "Pass tool(fn, { name: 'search' }), or name the function.",
    })
  }
  return async (parameters) => {
    const run = currentRun()
    if (run === undefined) {
      throw new AosError({
        code: 'no_run',
        message: `The tool ${toolName} was called outside of a run`,
        why: 'A call that belongs to no run is judged by nobody, so it is not made.',
        fix: 'Call it from inside an instrumented agent.',
      })
    }
    return run.toolCall<R>(
      { toolName, parameters, ...(options.kind === undefined ? {} : { kind: options.kind }) },
      (value: never) => execute(value as P),
    )
  }
}
