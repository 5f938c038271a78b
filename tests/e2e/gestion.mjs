// Staff at work: a list of 500 dossiers, then one campaign as candidate and manager, the demo's clock moving on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Clavier } from './clavier.mjs';
import { demarrer, ouvrirNavigateur, racine, regarder } from './outils.mjs';

const PDF = readFileSync(join(racine, 'src/demo/fichiers/demande-vapp.pdf'));
const MOT_DE_PASSE = 'Motdepasse1@';
const PERSONNEL = { identifiant: 'admin@demo.example', mot_de_passe: 'Demo2027@demo' };
/** Dossiers of the long list, and how many are made at the same time. */
const DOSSIERS = 500;
const ENSEMBLE = 8;

const { adresse, arreter } = await demarrer();

async function api(methode, chemin, jeton, corps) {
  const entetes = { 'content-type': 'application/json' };
  if (jeton) entetes.authorization = `Bearer ${jeton}`;
  const reponse = await fetch(`${adresse}/api/v1${chemin}`, { method: methode, headers: entetes, body: corps === undefined ? undefined : JSON.stringify(corps) });
  const texte = await reponse.text();
  assert.ok(reponse.ok, `${methode} ${chemin}: ${reponse.status} ${texte}`);
  return texte ? JSON.parse(texte) : null;
}

/** The link of the last mail to this address. */
async function jeton(mail) {
  for (let essai = 0; essai < 200; essai++) {
    const boite = await (await fetch(`${adresse}/demo/boite`)).text();
    const article = boite.split('<article>').find((a) => a.includes(`À : ${mail}`));
    const lien = article?.match(/\?jeton=([^"]+)"/);
    if (lien) return lien[1];
    await new Promise((fini) => { setTimeout(fini, 100); });
  }
  return assert.fail(`no mail to ${mail}`);
}

/** A candidate with a complete profile: session and number. */
async function candidat(nom, prenom, mail) {
  await api('POST', '/comptes', null, { nom, prenom, mail, mail_confirmation: mail, mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE });
  const { numero } = await api('POST', '/comptes/validation', null, { jeton: await jeton(mail) });
  const session = await connecter(numero);
  await api('PUT', '/moi/informations', session, { nationalite: 'FRA', ine: '0123456789M', date_naissance: '2004-05-06', lieu_naissance: 'Lille', telephone: '06 00 00 00 00' });
  await api('PUT', '/moi/adresse', session, { ligne1: '1 rue de Mons', code_postal: '59300', commune: 'valenciennes' });
  await api('PUT', '/moi/baccalaureat', session, { annee: 2022, serie: 'GENERALE', specialites: ['MATHS', 'NSI'], mention: 'B' });
  return { session, numero };
}

async function deposer(session, id, code) {
  const reponse = await fetch(`${adresse}/api/v1/dossiers/${id}/pieces/${code}`, {
    method: 'PUT', body: PDF, headers: { authorization: `Bearer ${session}`, 'content-type': 'application/pdf', 'content-disposition': `attachment; filename="${code}.pdf"` },
  });
  assert.equal(reponse.status, 200, code);
}

/** A dossier handed in; its id. */
async function transmis(session, formation) {
  const dossier = await api('POST', '/dossiers', session, { formation });
  for (const piece of dossier.pieces) {
    if (piece.conditionnelle) await api('POST', `/dossiers/${dossier.id}/pieces/${piece.code}/non-concerne`, session, { certifie: true });
    else await deposer(session, dossier.id, piece.code);
  }
  await api('POST', `/dossiers/${dossier.id}/transmission`, session);
  return dossier.id;
}

/** Many dossiers at once: staff open them, so that neither window nor limits stand in the way. */
async function peupler(admin, numeros, formations, petite) {
  const couples = numeros.flatMap((candidat) => formations.map((formation) => ({ candidat, formation })));
  const reste = couples.slice(0, DOSSIERS);
  assert.equal(reste.length, DOSSIERS);
  await Promise.all(Array.from({ length: ENSEMBLE }, async () => {
    for (let couple = reste.pop(); couple; couple = reste.pop()) {
      await api('POST', '/gestion/dossiers', admin, { ...couple, proposition: couple.formation === petite || reste.length % 3 !== 0 });
    }
  }));
}

const connecter = async (numero) => (await api('POST', '/session', null, { identifiant: numero, mot_de_passe: MOT_DE_PASSE })).jeton;

/** Time passes: who was logged in logs in again. */
async function avancer(page, elle, duree) {
  await page.request.post(`${adresse}/demo/horloge`, { data: { avancer: duree } });
  elle.session = await connecter(elle.numero);
  await entrer(page);
}

async function entrer(page) {
  await page.goto(`${adresse}/connexion?suite=/gestion`);
  await page.fill('[name=identifiant]', PERSONNEL.identifiant);
  await page.fill('[name=mot_de_passe]', PERSONNEL.mot_de_passe);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.goto(`${adresse}/gestion`);
  await page.getByRole('heading', { name: 'Dossiers', level: 1 }).waitFor();
}

/** Tabs on until the element has the focus. */
async function atteindre(page, element) {
  for (let pas = 0; pas < 250; pas++) {
    if (await element.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${element}`);
}

/** The list: counts, filters, order, a search kept, a batch looked at and done, by keyboard where it matters. */
async function liste(page, genre) {
  const vu = (nom) => regarder(page, `${genre}-${nom}`, 'fr');
  await entrer(page);
  await page.getByText(`${DOSSIERS + 2} dossiers`, { exact: true }).waitFor();
  assert.equal(await page.locator('.liste tbody tr').count(), 50);
  await vu('1-liste');
  await page.getByRole('link', { name: 'Page suivante' }).click();
  await page.getByRole('link', { name: 'Revenir au début' }).waitFor();
  await page.goto(`${adresse}/gestion`);
  await page.getByRole('navigation', { name: 'Dossiers par état' }).getByRole('link', { name: /^\d+ Complet/ }).click();
  await page.locator('summary', { hasText: 'Plus de filtres' }).waitFor();
  if (!(await page.locator('.plus[open]').count())) await page.locator('summary', { hasText: 'Plus de filtres' }).click();
  await page.selectOption('[name=avis]', 'brouillon');
  await page.getByRole('button', { name: 'Filtrer' }).click();
  await page.waitForURL(/avis=brouillon/);
  await vu('2-filtree');
  const tri = page.locator('.liste thead a', { hasText: 'Formation' });
  await tri.click();
  await page.waitForURL(/tri=formation/);
  if (genre.startsWith('gestion-ordinateur')) {
    await page.locator('summary', { hasText: 'Garder cette recherche' }).click();
    await page.fill('[name=nom]', 'À publier');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByRole('link', { name: 'À publier', exact: true }).waitFor();
  }
  const cases = page.locator('input[name=dossier]');
  for (const n of [0, 1]) {
    await atteindre(page, cases.nth(n));
    await page.keyboard.press('Space');
  }
  await page.selectOption('#acte', 'avis/saisie');
  await page.getByRole('button', { name: 'Voir ce qui se passerait' }).click();
  await page.getByText('Possible pour 2 dossiers').waitFor();
  await vu('3-lot');
  await page.getByRole('button', { name: "Retirer l'avis saisi" }).click();
  await page.getByText('Fait pour 2 dossiers, refusé pour 0.').waitFor();
  await vu('4-lot-fait');
}

const touche = async (page, quoi, attente) => {
  await page.keyboard.press(quoi);
  await attente;
};

/** One dossier from examination to the candidate's answer. */
async function campagne(page, elle, id, refusee, petite) {
  const vu = (nom) => regarder(page, `campagne-${nom}`, 'fr');
  await page.goto(`${adresse}/gestion?q=Élise&etat=transmis`);
  await page.getByRole('link', { name: 'MARTIN Élise' }).or(page.getByRole('link', { name: 'Martin Élise' })).click();
  await page.waitForURL(new RegExp(id));
  await page.locator('img.apercu').evaluate((i) => i.decode());
  await vu('1-examen');
  // Keys: a piece found good leads to the next that waits.
  const validees = page.locator('.controle .etat.fait');
  assert.equal(await validees.count(), 0);
  await touche(page, 'v', validees.first().waitFor());
  await page.locator(`.controle [data-piece="${refusee}"]`).click();
  await page.waitForURL(new RegExp(`piece=${refusee}`));
  await touche(page, 'r', page.locator('.refuser[open]').waitFor());
  await page.selectOption('#modele', { index: 1 });
  await page.locator('#commentaire-piece').press('End');
  await page.keyboard.type(' Merci.');
  await vu('2-refus');
  await page.getByRole('button', { name: /^Refuser/ }).click();
  await page.locator('.controle .etat.refus').waitFor();
  await page.getByRole('button', { name: 'Renvoyer au candidat' }).click();
  await page.locator('[name=retour]').waitFor();
  await vu('3-renvoi');
  await page.getByRole('button', { name: 'Voir ce qui se passera' }).click();
  await page.getByText('elise@univ.example').first().waitFor();
  await vu('4-renvoi-mails');
  await page.getByRole('button', { name: /^Renvoyer au candidat/ }).click();
  await page.locator('.etat', { hasText: 'Incomplet' }).first().waitFor();
  await avancer(page, elle, 'P1D');
  await deposer(elle.session, id, refusee);
  await api('POST', `/dossiers/${id}/transmission`, elle.session);
  await page.goto(`${adresse}/gestion/dossiers/${id}`);
  for (const code of await page.locator('.controle [data-piece]').evaluateAll((l) => l.map((e) => e.dataset.piece))) {
    await page.goto(`${adresse}/gestion/dossiers/${id}?piece=${code}`);
    const valider = page.getByRole('button', { name: /^Valider la pièce/ });
    if (await page.locator(`.controle [data-piece="${code}"] .etat.fait`).count()) continue;
    await valider.click();
    await page.locator(`.controle [data-piece="${code}"] .etat.fait`).waitFor();
  }
  await page.getByRole('button', { name: 'Déclarer complet' }).click();
  await page.getByRole('button', { name: /^Déclarer complet/ }).click();
  await page.locator('.etat', { hasText: 'Complet' }).first().waitFor();
  await page.getByLabel('Avis favorable').check();
  await page.locator('[name=commentaire]').last().fill('Bienvenue.');
  await page.getByRole('button', { name: 'Saisir cet avis' }).click();
  await page.getByText('Avis saisi :').waitFor();
  await page.locator('#texte').fill('Très bon dossier.');
  await page.getByRole('button', { name: 'Noter' }).click();
  await page.getByText('Très bon dossier.').waitFor();
  await vu('5-avis-saisi');
  await page.goto(`${adresse}/gestion/decisions`);
  await vu('6-decisions');
  await page.getByRole('button', { name: `Préparer la publication ${petite.libelle}` }).click();
  await page.getByText('La capacité sera dépassée').waitFor();
  await page.getByText(`Possible pour ${petite.capacite + 1} dossiers`).waitFor();
  await vu('6-capacite');
  await page.goto(`${adresse}/gestion/dossiers/${id}`);
  await page.getByRole('button', { name: "Publier l'avis saisi" }).click();
  await page.getByText('Mails qui partiront').waitFor();
  await page.getByRole('button', { name: /^Publier l'avis saisi/ }).click();
  await page.locator('.decision').waitFor();
  await avancer(page, elle, 'P1D');
  const confirme = await api('POST', `/dossiers/${id}/confirmation`, elle.session);
  assert.equal(confirme.reponse, 'confirmee');
  await page.goto(`${adresse}/gestion/dossiers/${id}`);
  await vu('7-confirme');
  await page.goto(`${adresse}/gestion/dossiers/nouveau`);
  await vu('8-nouveau');
  await page.goto(`${adresse}/gestion/decisions`);
  await page.getByRole('link', { name: /en attente/ }).first().click();
  await page.getByText("Personne n'attend sur cette liste.").waitFor();
  await vu('9-liste-complementaire');
}

/** The same work without a mouse: in, search, examine, refuse, send back, a batch; the focus seen and in order all along. */
async function auClavier(page, nom, id) {
  const c = new Clavier(page);
  const vu = (quoi) => regarder(page, `gestion-clavier-${quoi}`, 'fr');
  await page.goto(`${adresse}/connexion?suite=/gestion`);
  await c.sauter();
  await c.ecrire('identifiant', PERSONNEL.identifiant);
  await c.ecrire('mot_de_passe', 'Faux2027@faux');
  await page.keyboard.press('Enter');
  await page.locator('.alerte').waitFor();
  assert.ok(await page.evaluate(() => document.activeElement.matches('.alerte')), 'why the log-in failed is read first');
  await vu('1-refus');
  await c.ecrire('mot_de_passe', PERSONNEL.mot_de_passe);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Dossiers', level: 1 }).waitFor();

  await c.sauter();
  await c.ecrire('q', nom);
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=/);
  await c.entrer(page.locator('.liste tbody th a').first());
  await page.waitForURL(new RegExp(id));
  await c.sauter();
  await page.keyboard.press('v');
  await page.locator('.controle .etat.fait').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'lecture', 'the next piece is read on');
  await page.keyboard.press('r');
  await page.locator('.refuser[open]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'modele', 'a refusal begins with its words');
  await c.entrer(c.bouton(/^Refuser/));
  await c.faute('commentaire-piece');
  await vu('2-refus-sans-mot');
  await page.keyboard.type('Illisible.');
  await c.entrer(c.bouton(/^Refuser/));
  await page.locator('.controle .etat.refus').waitFor();
  await page.keyboard.press('i');
  const retour = page.locator('[name=retour]');
  await retour.waitFor();
  await c.dater('retour', 2020);
  await page.keyboard.press('Enter');
  await c.faute('retour');
  await vu('3-renvoi-trop-tot');
  await c.dater('retour', 2031);
  await c.entrer(c.bouton('Voir ce qui se passera'));
  await c.entrer(c.bouton(/^Renvoyer au candidat/));
  await page.locator('.etat', { hasText: 'Incomplet' }).first().waitFor();
  await page.keyboard.press('n');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'texte', 'a note begins at once');
  await page.keyboard.type('Vu au clavier : vrai.');
  await c.entrer(c.bouton('Noter'));
  await page.getByText('Vu au clavier : vrai.').waitFor();
  await page.evaluate(() => { document.activeElement?.blur(); });
  await page.keyboard.press('l');
  await page.waitForURL((url) => url.pathname === '/gestion');

  await page.goto(`${adresse}/gestion`);
  const cases = page.locator('input[name=dossier]');
  for (const n of [0, 1]) await c.cocher(cases.nth(n));
  await c.choisir('acte', 'Ajout', 'etiquettes');
  await c.entrer(c.bouton('Voir ce qui se passerait'));
  await page.waitForURL('**/gestion/lots');
  await vu('4-lot');
}

let echec;
const navigateur = await ouvrirNavigateur();
try {
  const admin = (await api('POST', '/session', null, PERSONNEL)).jeton;
  const offre = await api('GET', '/formations');
  const formations = offre.composantes.flatMap((c) => c.niveaux.flatMap((n) => n.formations));
  const besoin = Math.ceil(DOSSIERS / (formations.length - 1));
  const noms = ['Bernard', 'Petit', 'Durand', 'Leroy', 'Moreau', 'Simon', 'Laurent', 'Lefebvre', 'Roux', 'Fontaine', 'Garnier', 'Faure', 'Chevalier', 'Lambert', 'Bonnet', 'Mercier', 'Dupuis', 'Marchand', 'Colin', 'Perrin', 'Renaud', 'Aubry'];
  const gens = [];
  for (let n = 0; n < besoin; n++) gens.push(await candidat(noms[n % noms.length], 'Camille', `camille${n}@univ.example`));
  const ouverte = formations.find((f) => f.ouverte).code;
  const elle = await candidat('Martin', 'Élise', 'elise@univ.example');
  // One formation gets more offers than it has places.
  const petite = formations.filter((f) => f.code !== ouverte && f.capacite).sort((a, b) => a.capacite - b.capacite)[0];
  await peupler(admin, gens.map((g) => g.numero), [petite.code, ...formations.map((f) => f.code).filter((code) => code !== ouverte && code !== petite.code)], petite.code);
  assert.equal(gens.length, petite.capacite);
  await api('POST', '/gestion/dossiers', admin, { candidat: elle.numero, formation: petite.code, proposition: true });
  const id = await transmis(elle.session, ouverte);
  const pieces = (await api('GET', `/gestion/dossiers/${id}`, admin)).pieces;
  const refusee = pieces.filter((p) => p.statut === 'deposee').at(-1).code;
  console.log(`browser: ${DOSSIERS} dossiers, ${gens.length} candidates`);
  for (const [genre, ecran] of [
    ['gestion-ordinateur', { viewport: { width: 1280, height: 900 } }],
    ['gestion-telephone-320', { viewport: { width: 320, height: 780 }, isMobile: true, hasTouch: true }],
  ]) {
    const contexte = await navigateur.newContext({ locale: 'fr-FR', ...ecran });
    contexte.setDefaultTimeout(30_000);
    const page = await contexte.newPage();
    page.on('pageerror', (e) => { echec ??= e; });
    try {
      await liste(page, genre);
      if (genre === 'gestion-ordinateur') await campagne(page, elle, id, refusee, petite);
      else {
        await page.goto(`${adresse}/gestion/dossiers/${id}`);
        await regarder(page, `${genre}-5-examen`, 'fr');
      }
    } catch (erreur) {
      console.error(`${genre} at ${page.url()}`);
      await page.screenshot({ path: join(racine, 'target', `echec-${genre}.png`), fullPage: true });
      throw erreur;
    }
    await contexte.close();
    console.log(`browser: ${genre}, every page clean`);
  }
  const zoe = await candidat('Clavier', 'Zoé', 'zoe@univ.example');
  const sien = await transmis(zoe.session, ouverte);
  const contexte = await navigateur.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 900 } });
  contexte.setDefaultTimeout(30_000);
  await auClavier(await contexte.newPage(), 'Clavier', sien);
  console.log('browser: staff by keyboard alone, every page clean');
} catch (erreur) {
  echec = erreur;
} finally {
  await navigateur.close();
  await arreter();
}
if (echec) console.error(echec);
process.exit(echec ? 1 : 0);
