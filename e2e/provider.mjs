// An identity provider on loopback, by oidc-provider: anybody signs in under the name that they type, and that name is their
// employee_id; of a resident it is the identity code. For tests, and to try a server by hand: node provider.mjs PORT
// ADDRESS_OF_LUOTSI
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import Provider from 'oidc-provider';

export const client = { id: 'luotsi', secret: 'a secret of the tests' };

// The claims by which Suomi.fi tells the identity code and a non-disclosure order.
export const code = 'urn:oid:1.2.246.21';
export const order = 'urn:oid:1.2.246.517.2002.2.27';
// Invented residents; individual numbers from 900 on are given to nobody.
export const people = {
  '030184-900E': { given_name: 'Aino', family_name: 'Virtanen' },
  '240168-9073': { given_name: 'Paavo', family_name: 'Salo' },
  '010279-924E': { given_name: 'Sirpa', family_name: 'Hakala', [order]: '1' },
};

// Serves until it is closed; `luotsi` is the address of the server that it lets people into.
export async function serve(port, luotsi) {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [`${luotsi}/sign-in/provider/return`, `${luotsi}/sign-in/resident/return`],
      backchannel_logout_uri: `${luotsi}/sign-in/resident/signed-out`,
      backchannel_logout_session_required: true,
      post_logout_redirect_uris: [`${luotsi}/`],
      id_token_signed_response_alg: 'ES256',
    }],
    jwks: { keys: [{ ...key, kid: 'one', use: 'sig', alg: 'ES256' }] },
    cookies: { keys: ['of the tests'] },
    pkce: { required: () => true },
    claims: { openid: ['sub', 'employee_id', 'given_name', 'family_name', code, order] },
    features: { backchannelLogout: { enabled: true } },
    // It may speak to this machine.
    fetch: (url, { method, headers, body, redirect }) => fetch(url, { method, headers, body, redirect }),
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `subject of ${id}`, employee_id: id, [code]: id, ...people[id] }) }),
    // The county's own server asks nobody whether it may know them.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  const server = provider.listen(port, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  return server;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(Number(process.argv[2]), process.argv[3]);
