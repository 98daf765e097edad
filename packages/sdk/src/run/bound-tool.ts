import { AosError } from '../errors.ts'
import type { ToolCallInput } from './guarded-run.ts'
import type { ToolKind } from './operation.ts'

/** How a plain function is taken as a tool. */
export interface AmbientToolOptions {
  /** Default: the function's name. */
  readonly name?: string
  readonly kind?: ToolKind
}

/** What a tool is bound to. */
export interface ToolHost {
  toolCall<T>(input: ToolCallInput, execute: (value: never) => T | PromiseLike<T>): Promise<T>
}

/** Makes a tool of a plain function, each call of which is a tool call of the given run. */
export function boundTool<A extends readonly [parameters?: unknown], R>(
  host: ToolHost,
  execute: (...parameters: A) => R | PromiseLike<R>,
  options: AmbientToolOptions = {},
): (...parameters: A) => Promise<R> {
  const toolName = toolNameOf(execute, options)
  const { kind } = options
  return (...given) => {
    const [parameters = NONE] = given
    return host.toolCall<R>({ toolName, parameters, kind }, (decided: object) =>
      // handlers always see parameters; the function gets none where it was given none
      parameters === NONE && isEmpty(decided) ? execute(...given) : execute(...([decided] as unknown as A)),
    )
  }
}

const NONE: object = Object.freeze({})

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}

/** The name under which a function is a tool; throws `invalid_options` where it has none. */
export function toolNameOf(execute: { readonly name: string }, options: AmbientToolOptions): string {
  const toolName: unknown = options.name ?? execute.name
  if (typeof toolName === 'string' && toolName !== '') return toolName
  throw new AosError({
    code: 'invalid_options',
    message: 'A tool needs a name',
    fix: "Pass tool(fn, { name: 'search' }), or name the function.",
  })
}
