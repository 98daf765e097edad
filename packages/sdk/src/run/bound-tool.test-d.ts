import { AOSInstrument, tool, type AmbientToolOptions, type GuardedRun } from '../index.ts'

interface Page {
  readonly text: string
}

declare const aos: GuardedRun
declare const options: AmbientToolOptions
declare function fetchPage(parameters: { readonly url: string }): Promise<Page>
declare function now(): number
declare function greet(parameters?: { readonly name: string }): string

// a tool has the type of its function, with a promise of its result
aos.tool(fetchPage) satisfies (parameters: { readonly url: string }) => Promise<Page>
aos.tool(now) satisfies () => Promise<number>
aos.tool(greet, options) satisfies (parameters?: { readonly name: string }) => Promise<string>
tool(fetchPage) satisfies (parameters: { readonly url: string }) => Promise<Page>

const page: Promise<Page> = aos.tool(fetchPage)({ url: 'x' })
void page
void new AOSInstrument(async (url: string, run) => (await run.tool(fetchPage)({ url })).text)

// @ts-expect-error the parameters are those of the function
void aos.tool(fetchPage)({ uri: 'x' })

// @ts-expect-error a function without parameters takes none
void aos.tool(now)('x')

// @ts-expect-error a tool has one object of parameters
aos.tool((first: string, second: string) => first + second)
