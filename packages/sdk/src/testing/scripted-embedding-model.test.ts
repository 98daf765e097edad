import { expect, it } from 'vitest'

import { scriptedEmbeddingModel } from './scripted-embedding-model.ts'

it('gives equal texts equal vectors and remembers its calls', async () => {
  const model = scriptedEmbeddingModel()
  const { embeddings, usage } = await model.doEmbed({ values: ['abc', 'cab', 'zz'] })
  expect(embeddings[0]).toEqual(embeddings[1])
  expect(embeddings[0]).not.toEqual(embeddings[2])
  expect(usage).toEqual({ tokens: 3 })
  expect(model.calls).toMatchObject([{ index: 0, values: ['abc', 'cab', 'zz'] }])
})

it('fails the calls it is told to fail and honours an abort', async () => {
  const broken = new Error('broken')
  const model = scriptedEmbeddingModel({ failures: { 0: broken }, embed: (value) => [value.length] })
  await expect(model.doEmbed({ values: ['a'] })).rejects.toBe(broken)
  expect((await model.doEmbed({ values: ['aaa'] })).embeddings).toEqual([[3]])
  await expect(model.doEmbed({ values: ['a'], abortSignal: AbortSignal.abort(broken) })).rejects.toBe(broken)
})
