import type { AgBOMGraph } from '../../graph/agbom-graph.ts'
import { oneLine } from '../one-line.ts'
import { plainText } from '../plain-text.ts'
import { toSpdx2, type Spdx2Annotation, type Spdx2Document, type Spdx2Package } from './spdx2.ts'

/** Gives a graph as a document of SPDX 2.3 in its tag-value form. It says what the JSON of `toSpdx2` says. */
export function toSpdxTagValue(graph: AgBOMGraph): string {
  const document = toSpdx2(graph)
  const relationships = document.relationships.map(
    ({ spdxElementId, relationshipType, relatedSpdxElement }) =>
      line('Relationship', `${spdxElementId} ${relationshipType} ${relatedSpdxElement}`),
  )
  const blocks = [documentLines(document), ...document.packages.map(packageLines), relationships]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** A tag and its value on one line. */
export function line(tag: string, value: string): string {
  return `${tag}: ${oneLine(value).replaceAll(/<(?=\/?text>)/giu, '&lt;')}`
}

/** The comment above a package: what kind of part it is. */
export function heading(spdxId: string): string {
  const kind = /^SPDXRef-([A-Za-z\d]+)-/.exec(spdxId)?.[1] ?? ''
  return `# ${headings[kind] ?? 'Package: AI Agent'}`
}

const headings: Readonly<Record<string, string>> = {
  Model: 'AI Model Component',
  Tool: 'Tool Component',
  MCPServer: 'MCP Server Component',
  A2APeer: 'A2A Peer Component',
  Knowledge: 'Knowledge Component',
  Memory: 'Memory Component',
  Capability: 'Capability Component',
  Package: 'Package Component',
}

function documentLines(document: Spdx2Document): readonly string[] {
  return [
    line('SPDXVersion', document.spdxVersion),
    line('DataLicense', document.dataLicense),
    line('SPDXID', document.SPDXID),
    line('DocumentName', document.name),
    line('DocumentNamespace', document.documentNamespace),
    ...document.creationInfo.creators.map((creator) => line('Creator', creator)),
    line('Created', document.creationInfo.created),
  ]
}

function packageLines(part: Spdx2Package): readonly string[] {
  return [
    heading(part.SPDXID),
    line('PackageName', part.name),
    line('SPDXID', part.SPDXID),
    ...optional('PackageVersion', part.versionInfo),
    ...optional('PackageSupplier', part.supplier),
    line('PackageDownloadLocation', part.downloadLocation),
    line('FilesAnalyzed', String(part.filesAnalyzed)),
    ...(part.checksums ?? []).map((sum) => line('PackageChecksum', `${sum.algorithm}: ${sum.checksumValue}`)),
    ...optional('PackageLicenseDeclared', part.licenseDeclared),
    ...(part.description === undefined ? [] : [`PackageDescription: ${block(part.description)}`]),
    ...(part.externalRefs ?? []).map((found) =>
      line('ExternalRef', `${found.referenceCategory} ${found.referenceType} ${found.referenceLocator}`),
    ),
    line('PrimaryPackagePurpose', part.primaryPackagePurpose),
    ...part.annotations.flatMap((annotation) => annotationLines(annotation, part.SPDXID)),
  ]
}

// inside of JSON every character can be written as others
function annotationLines(annotation: Spdx2Annotation, spdxId: string): readonly string[] {
  return [
    line('Annotator', annotation.annotator),
    line('AnnotationDate', annotation.annotationDate),
    line('AnnotationType', annotation.annotationType),
    line('SPDXREF', spdxId),
    `AnnotationComment: ${block(annotation.comment.replaceAll(/[<\p{Cc}]/gu, escaped))}`,
  ]
}

function optional(tag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [line(tag, value)]
}

function escaped(mark: string): string {
  return String.raw`\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function block(text: string): string {
  const lines = plainText(text).replaceAll(/\r\n?/gu, '\n')
  const printable = lines.replaceAll(/[^\P{Cc}\n\t]/gu, '\u{fffd}')
  return `<text>${printable.replaceAll(/<(?=\/?text>)/giu, '&lt;')}</text>`
}
