import { modified, said, type AnswerFault } from './fault.ts'

const fine = { message: 'fine' }

/** Answers that are no decision on the step, each with the code of the denial. */
export const WRONG_ANSWERS: readonly AnswerFault[] = [
  ...[
    'approve',
    'allowed',
    'yes',
    'ok',
    'ALLOW ',
    ' allow',
    '',
    '\u0430llow',
    'deny,allow',
    '__proto__',
    'toString',
  ].map((word): AnswerFault => [
    `the decision word ${JSON.stringify(word)}`,
    said({ decision: word, ...fine }),
  ]),
  ['a decision that is true', said({ decision: true, ...fine })],
  ['a decision that is 1', said({ decision: 1, ...fine })],
  ['a decision that is null', said({ decision: null, ...fine })],
  ['a decision in a list', said({ decision: ['allow'], ...fine })],
  ['a decision in an object', said({ decision: { allow: true }, ...fine })],
  ['no decision', said(fine)],
  ['an empty result', said({})],
  ['a decision under another name', said({ verdict: 'allow', ...fine })],
  ['a decision one level deeper', said({ result: { decision: 'allow', ...fine } })],
  ['an allow without a message', said({ decision: 'allow' })],
  ['a message that is a number', said({ decision: 'allow', message: 7 })],
  ['a result that is null', said(null)],
  ['a result that is true', said(true)],
  ['a result that is a number', said(1)],
  ['a result that is a word', said('allow')],
  ['a result that is a list', said([{ decision: 'allow', ...fine }])],
  ['reason codes that are numbers', said({ decision: 'allow', ...fine, reasonCode: [1] })],
  ['data that is a list', said({ decision: 'allow', ...fine, data: [] })],
  [
    'a decision and an action that differ',
    said({ decision: 'allow', action: 'DENY', reason: 'no', ...fine }),
  ],
  ['an allow that modifies', said({ decision: 'allow', ...fine, modifications: { amount: 1 } })],
  ['a modify without a request', said({ decision: 'modify', ...fine }), 'invalid_modification'],
  ['a modify by null', said({ decision: 'modify', ...fine, modifiedRequest: null }), 'invalid_modification'],
  ['a modify by a word', said({ decision: 'modify', ...fine, modifiedRequest: 'x' }), 'invalid_modification'],
  [
    'a modify by an empty request',
    said({ decision: 'modify', ...fine, modifiedRequest: {} }),
    'invalid_modification',
  ],
  ['a modify of the tool', modified((call) => ({ ...call, toolId: 'other' })), 'invalid_modification'],
  [
    'a modify of the execution',
    modified((call) => ({ ...call, executionId: 'other' })),
    'invalid_modification',
  ],
  ['a modify without arguments', modified(() => undefined), 'invalid_modification'],
  [
    'a modify to another method',
    modified((call) => call, { method: 'steps/message' }),
    'invalid_modification',
  ],
  ['a modify of another request', modified((call) => call, { id: 'other' }), 'invalid_modification'],
  [
    'a modify that differs from itself',
    modified((call) => call, {}, { modifications: { to: 'mallory', amount: 1 } }),
    'invalid_modification',
  ],
]
