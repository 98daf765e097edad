import type { ReadableSpan, SpanAttributes, SpanResource } from '../otel/span-types.ts'
import { withMembers } from '../otel/with-members.ts'
import { validAttributes, validList, validText, validTime } from './valid-value.ts'

/**
 * A span that can be rendered as OTLP, for which a strict receiver would otherwise refuse all that are in the request: with
 * well-formed texts, numbers that JSON has, and times since 1970. The span itself where there is nothing to change.
 */
export function validSpan(span: ReadableSpan): ReadableSpan {
  const name = validText(span.name)
  const attributes = validAttributes(span.attributes)
  const events = validList(span.events, validEvent)
  const links = validList(span.links, validHolder)
  const startTime = validTime(span.startTime)
  const endTime = validTime(span.endTime)
  const status = validStatus(span.status)
  const resource = validResource(span.resource)
  const instrumentationScope = validScope(span.instrumentationScope)
  const isValid =
    name === span.name &&
    attributes === span.attributes &&
    events === span.events &&
    links === span.links &&
    startTime === span.startTime &&
    endTime === span.endTime &&
    status === span.status &&
    resource === span.resource &&
    instrumentationScope === span.instrumentationScope
  if (isValid) return span
  const members = { name, attributes, events, links, startTime, endTime, status, resource }
  return withMembers(span, { ...members, instrumentationScope })
}

function validEvent(event: ReadableSpan['events'][number]): ReadableSpan['events'][number] {
  const name = validText(event.name)
  const time = validTime(event.time)
  const valid = validHolder(event)
  return name === event.name && time === event.time ? valid : { ...valid, name, time }
}

function validHolder<Holder extends { readonly attributes?: SpanAttributes | undefined }>(
  holder: Holder,
): Holder {
  if (holder.attributes === undefined) return holder
  const attributes = validAttributes(holder.attributes)
  return attributes === holder.attributes ? holder : { ...holder, attributes }
}

function validStatus(status: ReadableSpan['status']): ReadableSpan['status'] {
  if (status.message === undefined) return status
  const message = validText(status.message)
  return message === status.message ? status : { ...status, message }
}

function validScope(scope: ReadableSpan['instrumentationScope']): ReadableSpan['instrumentationScope'] {
  const name = validText(scope.name)
  const version = scope.version === undefined ? undefined : validText(scope.version)
  return name === scope.name && version === scope.version ? scope : withMembers(scope, { name, version })
}

// requests group spans by the identity of their resource
const RESOURCES = new WeakMap<SpanResource, SpanResource>()

function validResource(resource: SpanResource): SpanResource {
  const attributes = validAttributes(resource.attributes)
  if (attributes === resource.attributes) return resource
  const known = RESOURCES.get(resource)
  if (known !== undefined) return known
  const valid = withMembers(resource, { attributes })
  RESOURCES.set(resource, valid)
  return valid
}
