import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its key, PEM. */
export interface Certified {
  readonly cert: string
  readonly key: string
}

/** Who signs certificates of tests. */
export interface CertificateAuthority {
  readonly ca: string
  /** Certifies a key for names and IPv4 addresses. */
  issue(names: readonly string[]): Certified
}

/** Makes an authority of its own, valid for the years 2020 to 2049. */
export function createAuthority(name: string): CertificateAuthority {
  const { privateKey, publicKey } = newKey()
  const issuer = distinguishedName(name)
  const certificate = (subject: Buffer, key: KeyObject, extensions: Buffer): string => {
    const unsigned = sequence(
      tagged(0xa0, integer(Buffer.of(2))),
      integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
      ECDSA_WITH_SHA256,
      issuer,
      sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
      subject,
      key.export({ type: 'spki', format: 'der' }),
      tagged(0xa3, extensions),
    )
    const signature = sign('sha256', unsigned, privateKey)
    return pem('CERTIFICATE', sequence(unsigned, ECDSA_WITH_SHA256, bitString(signature)))
  }
  const basic = extension('551d13', sequence(tagged(0x01, Buffer.of(0xff))), true)
  return {
    ca: certificate(issuer, publicKey, sequence(basic)),
    issue(names) {
      const pair = newKey()
      const alternatives = extension('551d11', sequence(...names.map(alternativeName)))
      return {
        cert: certificate(distinguishedName(names[0] ?? ''), pair.publicKey, sequence(alternatives)),
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

function newKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...contents)
}

function integer(value: Buffer): Buffer {
  return tagged(0x02, value)
}

function bitString(value: Buffer): Buffer {
  return tagged(0x03, Buffer.of(0), value)
}

function utcTime(text: string): Buffer {
  return tagged(0x17, Buffer.from(text))
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'))
}

function distinguishedName(common: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(common)))))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(id), ...(critical ? [tagged(0x01, Buffer.of(0xff))] : []), tagged(0x04, value))
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 4
    ? tagged(0x87, Buffer.from(name.split('.').map(Number)))
    : tagged(0x82, Buffer.from(name))
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`
}

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'))
