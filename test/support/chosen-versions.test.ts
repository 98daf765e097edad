import { describe, expect, it } from 'vitest'
import { chosenVersions } from './chosen-versions.ts'

const versions = { newest: ['2.4', '3.1'], older: ['2.0', '3.0'] }

describe('chosenVersions', () => {
  it('parts the versions without losing one', () => {
    const parted = [...chosenVersions(versions, 'older'), ...chosenVersions(versions, 'newest')]
    expect(parted).toEqual(chosenVersions(versions, 'all'))
    expect(parted).toEqual(['2.0', '3.0', '2.4', '3.1'])
  })

  it('refuses another word', () => {
    expect(() => chosenVersions(versions, 'latest')).toThrow('newest, older or all')
  })
})
