// A TLS key and its PKCS#10 request (RFC 2986), written out in DER: Node makes keys, not requests.
import { generateKeyPairSync, sign } from "node:crypto";

const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");

function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const [high, low] = [body.length >> 8, body.length & 255];
  const long = high ? [0x82, high, low] : [0x81, low]; // DER wants the shortest form
  const size = body.length < 128 ? [low] : long;
  return Buffer.concat([Buffer.of(tag, ...size), body]);
}

const sequence = (...parts) => der(0x30, ...parts);

function pem(label, bytes) {
  const lines = bytes.toString("base64").match(/.{1,64}/g).join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

export function newTlsKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const version = der(0x02, Buffer.of(0));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const info = sequence(version, sequence(), spki, der(0xa0));
  const signature = der(0x03, Buffer.of(0), sign("sha256", info, privateKey));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    csr: pem("CERTIFICATE REQUEST", sequence(info, sequence(ECDSA_WITH_SHA256), signature)),
  };
}
