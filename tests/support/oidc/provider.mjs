// A hospital's sign-in: a certified OpenID Connect provider with the people that a test names.
// Reads { port, client, secret, back, people: { login: claims } }; any password is right here.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const { port, client, secret, back, people } = JSON.parse(readFileSync(0, "utf8"));
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: back, grant_types: ["authorization_code"], response_types: ["code"] }],
  claims: { openid: ["sub"], profile: ["preferred_username", "name", "roles", "ward"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, sub) => (sub in people ? { accountId: sub, claims: () => ({ sub, ...people[sub] }) } : undefined),
});
provider.listen(port, "127.0.0.1");
