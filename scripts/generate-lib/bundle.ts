import { rolldown } from 'rolldown'

const ENTRY = 'virtual:entry'

/** Bundles a module given as text with everything it imports into one ESM text. */
export async function bundle(text: string): Promise<string> {
  const build = await rolldown({
    input: ENTRY,
    platform: 'neutral',
    treeshake: true,
    // comments would name the folders of this installation
    experimental: { attachDebugInfo: 'none' },
    plugins: [
      {
        name: 'entry',
        resolveId: (id: string) => (id === ENTRY ? ENTRY : null),
        load: (id: string) => (id === ENTRY ? text : null),
      },
    ],
  })
  const { output } = await build.generate({
    format: 'esm',
    comments: false,
    // the names of exports stay
    minify: { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: true } },
  })
  return output[0].code
}
