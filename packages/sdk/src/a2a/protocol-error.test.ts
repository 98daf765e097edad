import { describe, expect, it } from 'vitest'
import { errorAnswerOf, rewrittenError } from './protocol-error.ts'

class TaskError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data: unknown) {
    super(message)
    this.name = 'TaskError'
    this.code = code
    this.data = data
  }
}

describe('an error that was rewritten', () => {
  const original = new TaskError(-32001, 'no task 4711', { task: 4711 })

  it('stays what it is, and says what was decided', () => {
    const rewritten = rewrittenError(original, { code: -32004, message: 'not here', data: { hint: 'other' } })
    expect(rewritten).toBeInstanceOf(TaskError)
    expect(errorAnswerOf(rewritten)).toEqual({ code: -32004, message: 'not here', data: { hint: 'other' } })
    expect(String((rewritten as Error).stack)).not.toContain('4711')
    expect(errorAnswerOf(original).data).toEqual({ task: 4711 })
  })

  it('keeps nothing that was taken out', () => {
    expect(errorAnswerOf(rewrittenError(original, { message: 'not here' }))).toEqual({
      code: -32001,
      message: 'not here',
    })
  })

  it('says so in the response it was read from', () => {
    const received = Object.assign(new Error('no task'), {
      errorResponse: { jsonrpc: '2.0', id: 7, error: { code: -32001, message: 'no task', data: 'secret' } },
    })
    const rewritten = rewrittenError(received, { code: -32001, message: 'not here' })
    expect(Reflect.get(rewritten as object, 'errorResponse')).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: { code: -32001, message: 'not here' },
    })
    expect(errorAnswerOf(rewrittenError(received, { code: -32004, message: 'x', data: 1 }))).toEqual({
      code: -32004,
      message: 'x',
      data: 1,
    })
  })
})
