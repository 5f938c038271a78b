// An OpenID Connect provider that does one thing wrong, whichever it is told. Use: faux.mjs TOOLS; prints its port.
// POST /defaut?nom=… chooses what is wrong from now on; with nothing wrong it is a plain provider.
// POST /sortie?nom=… gives a log-out token with that wrong in it.
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { SignJWT, exportJWK, generateKeyPair } = await import(pathToFileURL(join(process.argv[2], 'node_modules/jose/dist/webapi/index.js')));
const nouvelle = async (kid) => ({ ...(await generateKeyPair('RS256', { extractable: true })), kid });
const b64 = (v) => Buffer.from(v).toString('base64url');
let cle = await nouvelle('k1');
let defaut = '';
let demandes = 0;
const codes = new Map();
const json = (res, statut, corps) => { res.writeHead(statut, { 'content-type': 'application/json' }); res.end(JSON.stringify(corps)); };

async function signer(dits, faute, typ) {
  if (faute === 'sans_signature') return `${b64(JSON.stringify({ alg: 'none' }))}.${b64(JSON.stringify(dits))}.`;
  if (faute === 'hs256') {
    const tete = `${b64(JSON.stringify({ alg: 'HS256' }))}.${b64(JSON.stringify(dits))}`;
    return `${tete}.${createHmac('sha256', 'secret').update(tete).digest('base64url')}`;
  }
  if (faute === 'rotation') cle = await nouvelle(`k${Date.now()}`);
  const signe = faute === 'cle' ? await nouvelle(cle.kid) : cle;
  return new SignJWT(dits).setProtectedHeader({ alg: 'RS256', kid: signe.kid, ...(typ ? { typ } : {}) }).sign(signe.privateKey);
}

/** A token of the back channel (OpenID Connect Back-Channel Logout 1.0). */
async function sortie(emetteur, faute) {
  const maintenant = Math.floor(Date.now() / 1000);
  const dits = {
    iss: faute === 'emetteur' ? 'http://127.0.0.1:9/autre' : emetteur, sub: 'zoe', aud: faute === 'audience' ? 'autre' : 'postule',
    iat: faute === 'futur' ? maintenant + 3600 : maintenant - 600, exp: maintenant + (faute === 'perime' ? -5 : 300), jti: b64(String(Math.random())),
    events: { [faute === 'evenement' ? 'http://autre.example' : 'http://schemas.openid.net/event/backchannel-logout']: {} },
  };
  if (faute === 'nonce') dits.nonce = 'un';
  if (faute === 'personne') delete dits.sub;
  if (faute === 'autre') dits.sub = 'paul';
  return signer(dits, faute, faute === 'type' ? 'at+jwt' : 'logout+jwt');
}

async function jeton(emetteur, { nonce }) {
  const maintenant = Math.floor(Date.now() / 1000);
  const moitie = createHash('sha256').update(defaut === 'at_hash' ? 'autre' : 'acces').digest().subarray(0, 16);
  const dits = {
    iss: defaut === 'emetteur' ? 'http://127.0.0.1:9/autre' : emetteur, sub: 'zoe', aud: defaut === 'audience' ? 'autre' : 'postule',
    iat: maintenant - 600, exp: maintenant + (defaut === 'perime' ? -5 : 300), nonce: defaut === 'nonce' ? 'autre' : nonce,
    at_hash: b64(moitie), family_name: 'Lefèvre', given_name: 'Zoé', email: 'zoe@etu.example',
  };
  return signer(dits, defaut);
}

const serveur = createServer(async (req, res) => {
  const emetteur = `http://127.0.0.1:${serveur.address().port}`;
  const url = new URL(req.url, emetteur);
  let corps = '';
  for await (const morceau of req) corps += morceau;
  demandes += 1;
  if (url.pathname === '/defaut') { defaut = url.searchParams.get('nom'); return json(res, 200, { demandes }); }
  if (url.pathname === '/sortie') return json(res, 200, { jeton: await sortie(emetteur, url.searchParams.get('nom')), identite: await jeton(emetteur, { nonce: 'un' }) });
  if (defaut === 'muet') return undefined;
  if (defaut === 'enorme') { res.writeHead(200, { 'content-type': 'application/json' }); return res.end(`"${'a'.repeat(400 * 1024)}"`); }
  if (url.pathname === '/.well-known/openid-configuration') {
    return json(res, 200, {
      issuer: emetteur, authorization_endpoint: `${emetteur}/autoriser`, token_endpoint: `${emetteur}/jetons`, jwks_uri: `${emetteur}/cles`,
      userinfo_endpoint: `${emetteur}/qui`, response_types_supported: ['code'], subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    });
  }
  if (url.pathname === '/cles') return json(res, 200, { keys: [{ ...(await exportJWK(cle.publicKey)), kid: cle.kid, use: 'sig', alg: 'RS256' }] });
  if (url.pathname === '/qui') return json(res, 200, { sub: defaut === 'sujet' ? 'autre' : 'zoe' });
  if (url.pathname === '/autoriser') {
    const q = url.searchParams;
    const code = b64(String(Math.random()));
    codes.set(code, { nonce: q.get('nonce'), defi: q.get('code_challenge'), methode: q.get('code_challenge_method') });
    const suite = new URLSearchParams(defaut === 'refus' ? { error: 'access_denied' } : { code });
    suite.set('state', q.get('state'));
    suite.set('iss', defaut === 'iss' ? 'http://127.0.0.1:9/autre' : emetteur);
    res.writeHead(303, { location: `${q.get('redirect_uri')}?${suite}` });
    return res.end();
  }
  const champs = new URLSearchParams(corps);
  const connu = codes.get(champs.get('code'));
  codes.delete(champs.get('code'));
  const prouve = connu?.methode === 'S256' && createHash('sha256').update(champs.get('code_verifier') ?? '').digest('base64url') === connu.defi;
  if (!prouve) return json(res, 400, { error: 'invalid_grant' });
  return json(res, 200, { access_token: 'acces', token_type: 'Bearer', expires_in: 60, id_token: await jeton(emetteur, connu) });
});
serveur.listen(0, '127.0.0.1', () => console.log(serveur.address().port));
