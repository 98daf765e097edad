// What SPDX 3.0.1 demands: the shapes of its model (SHACL), and rules that only its text has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import rdf from '@rdfjs/dataset'
import jsonld, { type NodeObject } from 'jsonld'
import { DataFactory, Parser, type NamedNode } from 'n3'
import Validator from 'rdf-validate-shacl'
import type { Spdx3Document } from '../../packages/inspect/src/formats/spdx/spdx3.ts'

const OWL_CLASS = 'http://www.w3.org/2002/07/owl#Class'
const RDFS = 'http://www.w3.org/2000/01/rdf-schema#'

/** Gives a check of documents by the shapes of the model in a folder: what is wrong with each. */
export function shapeCheck(folder: string): (document: Spdx3Document) => Promise<readonly string[]> {
  const context = JSON.parse(readFileSync(join(folder, 'spdx-3.0.1.context.jsonld'), 'utf8')) as NodeObject
  const shapes = rdf.dataset(new Parser().parse(readFileSync(join(folder, 'spdx-3.0.1.model.ttl'), 'utf8')))
  // the model calls its shapes owl:Class only; without this none of them has a target, and all documents conform
  const node = (iri: string): NamedNode => DataFactory.namedNode(iri)
  shapes.add(DataFactory.quad(node(OWL_CLASS), node(`${RDFS}subClassOf`), node(`${RDFS}Class`)))
  const validator = new Validator(shapes)

  return async (document) => {
    const text: unknown = await jsonld.toRDF(structuredClone(document) as object, {
      documentLoader: (url: string) => Promise.resolve({ document: context, documentUrl: url }),
      format: 'application/n-quads',
    })
    if (typeof text !== 'string') throw new Error('jsonld gave no text')
    const quads = new Parser({ format: 'N-Quads' }).parse(text)
    const { results } = await validator.validate(rdf.dataset([...quads, ...shapes]))
    return results.map(({ focusNode, path, message }) =>
      [focusNode?.value, path?.value, ...message.map(({ value }) => value)].join(' '),
    )
  }
}

const needed: Readonly<Record<string, readonly string[]>> = {
  ai_AIPackage: [
    'releaseTime',
    'suppliedBy',
    'software_downloadLocation',
    'software_packageVersion',
    'software_primaryPurpose',
  ],
  dataset_DatasetPackage: [
    'builtTime',
    'originatedBy',
    'releaseTime',
    'software_downloadLocation',
    'software_primaryPurpose',
  ],
}

const profiles: Readonly<Record<string, string>> = { ai_AIPackage: 'ai', dataset_DatasetPackage: 'dataset' }

/** What is wrong with a document by the text of SPDX, where the model says nothing. */
export function textRules(document: Spdx3Document): readonly string[] {
  const elements = document['@graph']
  const claimed = new Set(elements.flatMap((element) => element['profileConformance'] ?? []))
  return elements.flatMap((element) => {
    const { spdxId = '', type } = element
    const missing = (needed[type] ?? []).filter((name) => element[name] === undefined)
    const problems = missing.map((name) => `${spdxId} must have ${name}`)
    if (!claimed.has(profiles[type] ?? '')) return problems
    const licences = ['hasConcludedLicense', 'hasDeclaredLicense'].filter(
      (name) =>
        elements.filter((link) => link['relationshipType'] === name && link['from'] === spdxId).length !== 1,
    )
    return [...problems, ...licences.map((name) => `${spdxId} must have one ${name}`)]
  })
}
