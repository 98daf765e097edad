// No output carries a secret, by one agent of each adapter; every variant is in the system tests.
import { test } from 'vitest'
import { expectAllDropped, expectNoContent, expectNoSecrets, expectToBeFound, THROWING } from './leaks.ts'

test('with a redactor that takes out nothing, every output shows secrets', () => expectToBeFound('http/json'))

test('no output carries a secret', () => expectNoSecrets('http/protobuf'))

test('where nothing is captured, no output carries content', () => expectNoContent())

test('no output carries anything that a redactor that throws was given', () => expectAllDropped(THROWING))
