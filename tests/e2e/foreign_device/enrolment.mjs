// A one-time token becomes keys that count. What is asked is kept until the answer is: a lost
// answer is asked for again with the same token, keys and request.
import nacl from "tweetnacl";
import { newTlsKey } from "./certificate.mjs";
import { base64, enrolmentRequest } from "./wire.mjs";

function asked(token) {
  const sign = nacl.sign.keyPair();
  const box = nacl.box.keyPair();
  const tls = newTlsKey();
  const wanted = {
    token,
    public_key: base64(sign.publicKey),
    box_public_key: base64(box.publicKey),
    csr: tls.csr,
  };
  const keys = { sign: base64(sign.secretKey), box: base64(box.secretKey), tls: tls.key };
  return { keys, body: enrolmentRequest(wanted, sign.secretKey) };
}

export async function enrol(memory, api, token) {
  if (memory.request?.body.token !== token) {
    memory.request = asked(token);
    memory.save();
  }
  const response = await fetch(`${api}/api/v1/enrol`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(memory.request.body),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status !== 201) {
    throw new Error(`enrolment: ${response.status} ${await response.text()}`);
  }
  memory.enrolled = await response.json();
  memory.keys = memory.request.keys;
  memory.trusted = [...new Set([...memory.trusted, ...memory.enrolled.gateway.sign_public_keys])];
  memory.request = null;
  memory.save();
}
