import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decisionEvent, otlpRequest, type SpanPlan } from '../../../../test/support/otlp-json.ts'
import { buildTraces } from './build-traces.ts'
import { readOtlp } from './otlp-json.ts'
import { renderHtml } from './render-html.ts'

const HOSTILE = '</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&lt;\u2028'

function pageOf(spans: readonly SpanPlan[], title?: string): string {
  return renderHtml(buildTraces(readOtlp(otlpRequest(spans))?.spans ?? []), { title })
}

describe('renderHtml', () => {
  const page = pageOf(
    [
      {
        id: 1,
        end: 1,
        name: HOSTILE,
        attributes: { [HOSTILE]: HOSTILE },
        events: [decisionEvent('deny', { 'aos.decision.message': HOSTILE })],
      },
    ],
    HOSTILE,
  )

  it('has no markup that content brought', () => {
    expect(page.match(/<script[ >]/g)).toHaveLength(2)
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<!--')
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
    expect(data).not.toMatch(/[<>&\u2028]/)
    const { title, traces } = JSON.parse(data) as { title: string; traces: readonly { name: string }[] }
    expect([title, traces[0]?.name]).toEqual([HOSTILE, HOSTILE])
  })

  it('lets only its own script and style run, and nothing load', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    const hash = (text = ''): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src '${hash(/<script>(.*?)<\/script>/s.exec(page)?.[1])}'`,
      `style-src '${hash(/<style>(.*?)<\/style>/s.exec(page)?.[1])}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ])
  })

  it('names no other place', () => {
    const addresses = page.match(/(?:https?:)?\/\/[\w.-]+\.\w+/g) ?? []
    expect(addresses.filter((address) => address !== 'http://www.w3.org')).toEqual([])
    expect(page).not.toMatch(/@import|url\(|\bfetch\(|XMLHttpRequest|innerHTML|\beval\(/)
  })
})
