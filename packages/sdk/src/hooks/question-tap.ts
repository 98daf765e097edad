import type { Judgement, Say } from './chain.ts'
import type { JournalSheet } from './journal-sheet.ts'
import type { JudgedValue } from './judged-value.ts'
import type { Registration } from './registry.ts'

/** How one handler is asked: with a sheet for its state, or not at all, because its answer is known. */
export type Asking = { readonly sheet: JournalSheet } | { readonly instead: Omit<Say, 'registration'> }

/** What listens in on one question while its handlers are asked; nothing of it throws. */
export interface QuestionTap {
  asking(registration: Registration, pass: 'first' | 'recheck'): Asking
  said(say: Say, pass: 'first' | 'recheck', given: JudgedValue): void
  judged(judgement: Judgement): void
}
