// The establishment's single sign-on in a browser: a candidate by CAS, a candidate and a member of staff by OpenID Connect,
// on a real server, without the script on the phone; what was typed before is not lost. Every page of ours is clean for axe.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ouvrirNavigateur, racine, regarder } from './outils.mjs';

const MOT_DE_PASSE = 'Motdepasse1@';
const binaire = process.env.POSTULE ?? join(racine, 'target/debug/postule');
const outils = process.env.OUTILS ?? join(racine, 'target/outils');
const dossier = mkdtempSync(join(tmpdir(), 'postule-sso-'));
const processus = [];

/** A process, and the first line it writes that says where it is. */
function lancer(commande, arguments_, dit) {
  const enfant = spawn(commande, arguments_, { stdio: ['ignore', 'pipe', 'pipe'] });
  processus.push(enfant);
  return new Promise((oui, non) => {
    let texte = '';
    for (const flux of [enfant.stdout, enfant.stderr]) {
      flux.on('data', (morceau) => {
        texte += morceau;
        const trouve = texte.match(dit);
        if (trouve) oui(trouve[1]);
      });
    }
    enfant.on('exit', (code) => non(new Error(`${commande} ${arguments_[0]} ended with ${code}\n${texte}`)));
  });
}

const portLibre = () => new Promise((oui) => {
  const prise = createServer().listen(0, '127.0.0.1', () => { const { port } = prise.address(); prise.close(() => oui(port)); });
});

/** `postule serve` on a folder of its own, with a section [sso]. */
async function servir(nom, port, sso) {
  const ici = mkdtempSync(join(dossier, nom));
  const an = new Date().getFullYear() + 1;
  const campagne = readFileSync(join(racine, 'src/demo/campagne.toml'), 'utf8')
    .replace(/^(ouverture|candidature_debut) = 202.*$/gm, '$1 = 2020-01-01T00:00:00Z')
    .replace(/^(\w+) = 202[\d-]+T.*$/gm, (ligne, cle) => (/debut|ouverture/.test(cle) ? ligne : `${cle} = ${an}-06-30T00:00:00Z`));
  writeFileSync(join(ici, 'campagne.toml'), campagne);
  symlinkSync(join(racine, 'src/demo/fichiers'), join(ici, 'fichiers'));
  const config = join(ici, 'postule.toml');
  writeFileSync(config, `[etablissement]\nname = "Université d'essai"\n[serveur]\nlisten = "127.0.0.1:${port}"\npublic_url = "http://127.0.0.1:${port}"\n
[donnees]\ndir = "donnees"\n[mail]\nfolder = "mail"\nfrom = "candidature@univ.example"\n[campagne]\nfile = "campagne.toml"\n[sso]\n${sso}`);
  await lancer(binaire, ['serve', '--config', config], /Postule écoute sur (\S+)/);
  return { ici, url: `http://127.0.0.1:${port}` };
}

async function jeton(ici, objet) {
  for (let essai = 0; essai < 200; essai++) {
    const noms = readdirSync(join(ici, 'mail')).filter((n) => n.endsWith('.eml') && !n.startsWith('.'));
    for (const nom of noms) {
      const texte = readFileSync(join(ici, 'mail', nom), 'utf8').replace(/=\r?\n/g, '').replace(/=3D/g, '=');
      const trouve = texte.match(new RegExp(`${objet}\\?jeton=([A-Za-z0-9._-]+)`));
      if (trouve) return trouve[1];
    }
    await new Promise((r) => { setTimeout(r, 50); });
  }
  throw new Error(`no mail with ${objet}`);
}

/** The form of an account, filled in already by the provider. */
async function inscrire(page, nom, attendu, mail) {
  await regarder(page, `${nom}-formulaire`, 'fr');
  assert.deepEqual(await page.locator('[name=nom]').inputValue(), attendu.nom);
  assert.deepEqual(await page.locator('[name=mail]').inputValue(), attendu.mail);
  if (mail) for (const champ of ['mail', 'mail_confirmation']) await page.locator(`[name=${champ}]`).fill(mail);
  for (const champ of ['mot_de_passe', 'mot_de_passe_confirmation']) await page.locator(`[name=${champ}]`).fill(MOT_DE_PASSE);
  await page.getByRole('button', { name: 'Créer mon compte' }).click();
}

const navigateur = await ouvrirNavigateur();
async function ouvrir(script = true) {
  const contexte = await navigateur.newContext({ locale: 'fr-FR', viewport: script ? { width: 1280, height: 900 } : { width: 320, height: 700 } });
  contexte.setDefaultTimeout(15_000);
  if (!script) await contexte.route('**/postule.*.js', (r) => r.abort());
  return contexte.newPage();
}

/** Until the page asks who one is. */
async function dehors(page, ou) {
  for (let essai = 0; ; essai++) {
    await page.goto(ou);
    if (page.url().includes('/connexion')) return;
    assert.ok(essai < 50, 'the session is still open');
    await page.waitForTimeout(100);
  }
}

async function candidatParCas() {
  const port = await portLibre();
  const portCas = await lancer(join(outils, 'cas/bin/python'), [join(racine, 'tests/sso/cas.py'), dossier], /^(\d+)\n/m);
  const { ici, url } = await servir('cas', port, `cas = "http://127.0.0.1:${portCas}/cas"\nlabel = "Étudiants d'ici : connexion ENT"\n`);
  const page = await ouvrir(false);
  await page.goto(`${url}/inscription`);
  await regarder(page, 'sso-cas-1-inscription', 'fr');
  await page.getByRole('button', { name: "Étudiants d'ici : connexion ENT" }).click();
  await page.locator('[name=username]').fill('test');
  await page.locator('[name=password]').fill('test');
  await page.locator('[name=password]').press('Enter');
  await page.waitForURL(`${url}/**`);
  await inscrire(page, 'sso-cas-2', { nom: 'Lefèvre', mail: 'zoe.lefevre@etu.example' }, 'zoe@autre.example');
  await page.getByText('Un mail vient de partir').waitFor();
  await page.goto(`${url}/validation?jeton=${await jeton(ici, '/validation')}`);
  await page.getByRole('button', { name: 'Valider mon compte' }).click();
  await page.getByText('Votre compte est validé').waitFor();
  await page.goto(`${url}/connexion?suite=/compte`);
  await regarder(page, 'sso-cas-3-connexion', 'fr');
  await page.getByRole('button', { name: "Étudiants d'ici : connexion ENT" }).click();
  // The CAS server asks whether to go on, or sends back at once.
  await page.waitForURL(`${url}/compte`);
  await page.getByText('vous vous connectez avec vos identifiants ENT').waitFor();
  await regarder(page, 'sso-cas-4-compte', 'fr');
  // Out there: out here, too (back channel).
  const autre = await page.context().newPage();
  await autre.goto(`http://127.0.0.1:${portCas}/cas/logout`);
  await dehors(page, `${url}/compte`);
  console.log('browser: a candidate by CAS, every page clean');
}

async function parOidc() {
  const port = await portLibre();
  const url = `http://127.0.0.1:${port}`;
  const portOidc = await lancer('node', [join(racine, 'tests/sso/oidc.mjs'), join(outils, 'oidc'), `${url}/sso/retour`, `${url}/`, `${url}/sso/deconnexion`], /^(\d+)\n/m);
  const { ici } = await servir('oidc', port, `oidc = "http://127.0.0.1:${portOidc}"\nclient_id = "postule"\nclient_secret = "un secret, long : +/=&%"\nmail_prouve = true
attribut_personnel = "email"\nsecond_facteur = ["https://refeds.org/profile/mfa"]\naffiliations = ["student"]\n`);
  const page = await ouvrir();
  await page.goto(`${url}/connexion`);
  await regarder(page, 'sso-oidc-1-connexion', 'fr');
  await page.getByRole('button', { name: /^Se connecter avec le compte/ }).click();
  await page.locator('[name=login]').fill('zoe');
  await page.getByRole('button', { name: 'Entrer' }).click();
  await inscrire(page, 'sso-oidc-2', { nom: 'Lefèvre', mail: 'zoe.lefevre@etu.example' });
  await page.waitForURL(`${url}/profil`);
  await regarder(page, 'sso-oidc-3-profil', 'fr');
  await page.getByRole('button', { name: 'Se déconnecter' }).click();
  await page.getByText('mais pas de l’établissement').or(page.getByText("mais pas de l'établissement")).waitFor();
  await regarder(page, 'sso-oidc-4-sorti', 'fr');
  await page.getByRole('link', { name: "Me déconnecter aussi de l'établissement" }).click();
  assert.ok(page.url().startsWith(`http://127.0.0.1:${portOidc}/session/end`), page.url());

  const invitation = JSON.parse(execFileSync(binaire, ['personnel', 'add', '--json', '--mail', 'anne.petit@univ.example', '--nom', 'Petit', '--prenom', 'Anne', '--role', 'administrateur', '--data', join(ici, 'donnees')], { encoding: 'utf8' })).invitation;
  const agent = await ouvrir();
  await agent.goto(`${url}/gestion/invitation?jeton=${invitation.split('jeton=').at(-1)}`);
  for (const champ of ['mot_de_passe', 'mot_de_passe_confirmation']) await agent.locator(`[name=${champ}]`).fill(MOT_DE_PASSE);
  await agent.locator('main button').first().click();
  await agent.goto(`${url}/connexion`);
  await agent.getByRole('button', { name: /^Se connecter avec le compte/ }).click();
  await agent.locator('[name=login]').fill('agent');
  await agent.locator('[name=mfa]').check();
  await agent.getByRole('button', { name: 'Entrer' }).click();
  await agent.waitForURL(`${url}/gestion**`);
  assert.ok(!agent.url().includes('second-facteur'), 'the provider asked for its own');
  await regarder(agent, 'sso-oidc-5-gestion', 'fr');
  // Out there: out here, too, by the back channel.
  await agent.goto(`http://127.0.0.1:${portOidc}/session/end?client_id=postule`);
  await agent.locator('button[name=logout][value=yes], button[value=yes]').first().click();
  await agent.waitForURL((ou) => ou.pathname !== '/session/end');
  await dehors(agent, `${url}/gestion`);
  // Somebody of the establishment who is no student.
  const autre = await ouvrir();
  await autre.goto(`${url}/inscription`);
  await autre.locator('.fiche [name=nom]').fill('Petite');
  await autre.locator('.fiche [name=mot_de_passe]').fill(MOT_DE_PASSE);
  await autre.getByRole('button', { name: /^Se connecter avec le compte/ }).click();
  await autre.locator('[name=login]').fill('agent');
  await autre.getByRole('button', { name: 'Entrer' }).click();
  await autre.getByText('ne permet pas de créer un compte de candidat').waitFor();
  await regarder(autre, 'sso-oidc-6-non-admis', 'fr');
  await autre.locator('main').getByRole('link', { name: 'Créer un compte' }).click();
  assert.equal(await autre.locator('.fiche [name=nom]').inputValue(), 'Petite', 'what was typed before comes back');
  assert.equal(await autre.locator('.fiche [name=mot_de_passe]').inputValue(), '', 'and never a password');
  processus.at(-2).kill();
  await autre.goto(`${url}/connexion?lang=en`);
  await regarder(autre, 'sso-oidc-7-en', 'en');
  console.log('browser: a candidate and a member of staff by OpenID Connect, every page clean');
}

let echec;
try {
  await candidatParCas();
  await parOidc();
} catch (erreur) {
  echec = erreur;
} finally {
  await navigateur.close();
  for (const enfant of processus) { enfant.removeAllListeners('exit'); enfant.kill(); }
  rmSync(dossier, { recursive: true, force: true });
}
if (echec) console.error(echec);
process.exit(echec ? 1 : 0);
