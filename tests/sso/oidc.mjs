// A certified OpenID Connect provider (oidc-provider). Use: oidc.mjs TOOLS REDIRECT_URI HOME [BACK_CHANNEL]; prints its port.
// Its back channel goes to BACK_CHANNEL, or where POST /vers?url=… said: the site's port is known after the provider's.
// Whoever logs in as « zoe » is zoe; MFA ticked, the provider says so in acr and amr.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [outils, retour, accueil, canal] = process.argv.slice(2);
let vers = canal;
const { Provider } = await import(pathToFileURL(join(outils, 'node_modules/oidc-provider/lib/index.js')));

const GENS = {
  zoe: { family_name: 'Lefèvre', given_name: 'Zoé', email: 'zoe.lefevre@etu.example', email_verified: true, supannCodeINE: '0123456789M', eduPersonAffiliation: ['member', 'student'] },
  agent: { family_name: 'Petit', given_name: 'Anne', email: 'anne.petit@univ.example', email_verified: true, eduPersonAffiliation: ['employee'] },
  // Typed somebody else's address into their own profile; the provider did not prove it.
  imposteur: { family_name: 'Petit', given_name: 'Anne', email: 'anne.petit@univ.example', email_verified: false },
  // The provider gave somebody else the address of a person who left.
  homonyme: { family_name: 'Petit', given_name: 'Agnès', email: 'anne.petit@univ.example', email_verified: true },
  vide: {},
};
const OIDC = 'openid profile email';
/** Stands for the site's back channel, wherever that is. */
const CANAL = 'http://127.0.0.1/sso/deconnexion';

const http = createServer();
http.listen(0, '127.0.0.1', () => {
  const { port } = http.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: 'postule', client_secret: 'un secret, long : +/=&%', redirect_uris: [retour], post_logout_redirect_uris: [accueil], response_types: ['code'], grant_types: ['authorization_code'], backchannel_logout_uri: CANAL, backchannel_logout_session_required: true }],
    claims: { openid: ['sub', 'acr', 'amr', 'supannCodeINE', 'eduPersonAffiliation'], profile: ['family_name', 'given_name'], email: ['email', 'email_verified'] },
    acrValues: ['https://refeds.org/profile/mfa'],
    findAccount: (_, id) => (GENS[id] ? { accountId: id, claims: () => ({ sub: id, ...GENS[id] }) } : undefined),
    interactions: { url: (_, i) => `/entrer/${i.uid}` },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } },
    pkce: { required: () => true },
    // Without its guard against addresses of this machine, where our site is.
    fetch: (url, { dispatcher, ...options }) => fetch(url === CANAL ? vers : url, options),
    cookies: { keys: ['essai'] },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(OIDC);
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, suite) => {
    if (ctx.path === '/vers') {
      vers = ctx.query.url;
      ctx.status = 204;
      return undefined;
    }
    if (!ctx.path.startsWith('/entrer/')) return suite();
    ctx.respond = false;
    if (ctx.method === 'GET') {
      ctx.res.statusCode = 200;
      ctx.res.setHeader('content-type', 'text/html; charset=utf-8');
      ctx.res.end('<!doctype html><html lang="fr"><title>Connexion</title><form method="post"><label>Nom <input name="login"></label><label><input type="checkbox" name="mfa"> MFA</label><button>Entrer</button></form></html>');
      return undefined;
    }
    let corps = '';
    for await (const morceau of ctx.req) corps += morceau;
    const champs = new URLSearchParams(corps);
    const mfa = champs.has('mfa') ? { acr: 'https://refeds.org/profile/mfa', amr: ['pwd', 'otp'] } : { amr: ['pwd'] };
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: champs.get('login'), ...mfa } });
  });
  http.on('request', provider.callback());
  console.log(port);
});
