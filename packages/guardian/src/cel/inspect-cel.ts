import type { parse } from '@bufbuild/cel'
import { STEP_INPUT_NAMES } from '../policies/step-input.ts'

/** A parsed expression. */
export type CelExpr = ReturnType<typeof parse>['expr']

/** What an expression is made of. */
export interface CelShape {
  /** Why it cannot be used. */
  readonly problem: string | undefined
  /** How many macros walk over lists or maps, and how deep they stand in each other. */
  readonly loops: number
  readonly loopDepth: number
  /** Elements that lists of the expression itself have. */
  readonly literals: number
  /** Additions, each of which can join two lists. */
  readonly additions: number
  /** Patterns that the expression gives to `matches` as they are. */
  readonly patterns: readonly string[]
}

const MAX_LOOP_DEPTH = 2
const MAX_DEPTH = 100
const TYPE_NAMES = [
  'bool',
  'bytes',
  'double',
  'dyn',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
]
const NAMES: ReadonlySet<string> = new Set<string>([...STEP_INPUT_NAMES, ...TYPE_NAMES])

/** Walks over an expression, and finds names and functions that do not exist. */
export function inspectCel(expr: CelExpr, isFunction: (name: string) => boolean): CelShape {
  const inspector = new Inspector(isFunction)
  inspector.visit(expr, { names: NAMES, loops: 0, depth: 0 })
  return inspector
}

interface Place {
  readonly names: ReadonlySet<string>
  readonly loops: number
  readonly depth: number
}

class Inspector implements CelShape {
  problem: string | undefined
  loops = 0
  loopDepth = 0
  literals = 0
  additions = 0
  readonly patterns: string[] = []
  readonly #isFunction: (name: string) => boolean

  constructor(isFunction: (name: string) => boolean) {
    this.#isFunction = isFunction
  }

  visit(expr: CelExpr | undefined, around: Place): void {
    if (expr === undefined || this.problem !== undefined) return
    const place = { ...around, depth: around.depth + 1 }
    if (place.depth > MAX_DEPTH) this.#found(`is nested deeper than ${MAX_DEPTH} levels`)
    const { exprKind } = expr
    switch (exprKind.case) {
      case 'identExpr':
        if (!place.names.has(exprKind.value.name))
          this.#found(`names the unknown ${exprKind.value.name}; known are ${STEP_INPUT_NAMES.join(', ')}`)
        return
      case 'selectExpr':
        return this.visit(exprKind.value.operand, place)
      case 'listExpr':
        this.literals += exprKind.value.elements.length
        for (const element of exprKind.value.elements) this.visit(element, place)
        return
      case 'callExpr':
        return this.#visitCall(exprKind.value, place)
      case 'structExpr':
        return this.#visitStruct(exprKind.value, place)
      case 'comprehensionExpr':
        return this.#visitLoop(exprKind.value, place)
      case 'constExpr':
      case undefined:
    }
  }

  #visitCall(call: Extract<CelExpr['exprKind'], { case: 'callExpr' }>['value'], place: Place): void {
    if (/^[A-Za-z]/.test(call.function) && !this.#isFunction(call.function))
      this.#found(`calls the unknown function ${call.function}`)
    if (call.function === '_+_') this.additions++
    if (call.function === 'matches') this.#visitPattern(call.args.at(-1))
    this.visit(call.target, place)
    for (const argument of call.args) this.visit(argument, place)
  }

  // a pattern of the input could be as costly as its author likes
  #visitPattern(expr: CelExpr | undefined): void {
    const constant = expr?.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined
    if (constant?.case === 'stringValue') this.patterns.push(constant.value)
    else this.#found('gives matches a pattern that is not written in the expression')
  }

  #visitStruct(struct: Extract<CelExpr['exprKind'], { case: 'structExpr' }>['value'], place: Place): void {
    if (struct.messageName !== '') this.#found(`makes the unknown message ${struct.messageName}`)
    this.literals += struct.entries.length
    for (const { keyKind, value } of struct.entries) {
      if (keyKind.case === 'mapKey') this.visit(keyKind.value, place)
      this.visit(value, place)
    }
  }

  #visitLoop(loop: Extract<CelExpr['exprKind'], { case: 'comprehensionExpr' }>['value'], place: Place): void {
    this.loops++
    this.visit(loop.iterRange, place)
    this.visit(loop.accuInit, place)
    const inside = {
      ...place,
      names: new Set([...place.names, loop.iterVar, loop.iterVar2, loop.accuVar]),
      loops: place.loops + 1,
    }
    this.loopDepth = Math.max(this.loopDepth, inside.loops)
    if (inside.loops > MAX_LOOP_DEPTH) this.#found(`has macros nested deeper than ${MAX_LOOP_DEPTH}`)
    this.visit(loop.loopCondition, inside)
    this.visit(loop.loopStep, inside)
    this.visit(loop.result, inside)
  }

  #found(problem: string): void {
    this.problem ??= problem
  }
}
