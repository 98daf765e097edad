import { expect, test } from 'vitest'
import { aosAttributes } from './aos-attributes.ts'

test('facts are attributes with names that XML allows, each of its own', () => {
  const facts: Readonly<Record<string, string>> = {
    'aos:plain': '1',
    'aos:a b': '2',
    'aos:a/b': '3',
    'aos:1st': '4',
    'aos:': '5',
    'aos:__proto__': '6',
    'aos:empty': '',
    'aos:ü': '7',
  }
  expect(aosAttributes(facts, { 'aos:plain': '8' })).toEqual({
    'aos:plain': '1',
    'aos:a_b': '2',
    'aos:a_b_2': '3',
    'aos:_1st': '4',
    'aos:_': '5',
    'aos:__proto__': '6',
    'aos:__2': '7',
    'aos:plain_2': '8',
  })
})
