// Staff take things out: the dashboard, exports, an archive, minutes; on a desktop, on a phone, in English, by night.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demarrer, ouvrirNavigateur, racine, regarder } from './outils.mjs';

const PDF = readFileSync(join(racine, 'src/demo/fichiers/demande-vapp.pdf'));
const MOT_DE_PASSE = 'Motdepasse1@';
const PERSONNEL = 'Demo2027@demo';

const { adresse, arreter } = await demarrer();
const navigateur = await ouvrirNavigateur();

/** Asks the API. */
async function demander(methode, chemin, jeton, corps, entetes = {}) {
  const json = corps !== undefined && !(corps instanceof Buffer);
  const reponse = await fetch(`${adresse}/api/v1${chemin}`, {
    method: methode,
    headers: {
      ...(jeton ? { authorization: `Bearer ${jeton}` } : {}),
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...entetes,
    },
    body: json ? JSON.stringify(corps) : corps,
  });
  const texte = await reponse.text();
  assert.ok(reponse.ok, `${methode} ${chemin}: ${reponse.status} ${texte.slice(0, 300)}`);
  return texte ? JSON.parse(texte) : null;
}

/** The token of the mail to this address. */
async function jetonDe(mail) {
  for (let essai = 0; essai < 100; essai++) {
    const boite = await (await fetch(`${adresse}/demo/boite`)).text();
    const apres = boite.split(mail)[1];
    const trouve = apres && apres.match(/jeton=([^"&<\s]+)/);
    if (trouve) return trouve[1];
    await new Promise((suite) => { setTimeout(suite, 50); });
  }
  return assert.fail(`no mail to ${mail}`);
}

/** A candidate with a dossier handed in, or only opened. */
async function candidat(rang, formation, transmis) {
  const mail = `c${rang}@univ.example`;
  await demander('POST', '/comptes', null, {
    nom: ['Martin', 'Nguyen', 'Diallo', 'Lefèvre'][rang % 4], prenom: ['Élise', 'Sami', 'Awa', 'Louis'][rang % 4], mail, mail_confirmation: mail,
    mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE,
  });
  const { numero } = await demander('POST', '/comptes/validation', null, { jeton: await jetonDe(mail) });
  const { jeton } = await demander('POST', '/session', null, { identifiant: numero, mot_de_passe: MOT_DE_PASSE });
  await demander('PUT', '/moi/informations', jeton, { nationalite: 'FRA', date_naissance: '2004-05-06', lieu_naissance: 'Lille' });
  await demander('PUT', '/moi/adresse', jeton, { ligne1: '1 rue de Mons', code_postal: '59300', commune: 'valenciennes' });
  await demander('PUT', '/moi/baccalaureat', jeton, { annee: 2022, serie: 'GENERALE', specialites: ['MATHS', 'NSI'], mention: 'B' });
  const dossier = await demander('POST', '/dossiers', jeton, { formation });
  if (!transmis) return { id: dossier.id, numero };
  for (const piece of dossier.pieces) {
    if (piece.conditionnelle) await demander('POST', `/dossiers/${dossier.id}/pieces/${piece.code}/non-concerne`, jeton, { certifie: true });
    else await demander('PUT', `/dossiers/${dossier.id}/pieces/${piece.code}`, jeton, PDF, { 'content-disposition': 'attachment; filename="piece.pdf"' });
  }
  await demander('POST', `/dossiers/${dossier.id}/transmission`, jeton);
  return { id: dossier.id, numero };
}

async function personne({ script = true, ...options }, langue = 'fr', qui = 'admin') {
  const contexte = await navigateur.newContext({ locale: langue, acceptDownloads: true, ...options });
  contexte.setDefaultTimeout(15_000);
  // The one script never comes: axe can still look at the pages, which it could not with scripts switched off.
  if (!script) await contexte.route('**/*.js', (r) => r.abort());
  const page = await contexte.newPage();
  await page.goto(`${adresse}/connexion?lang=${langue}`);
  await page.locator('[name=identifiant]').fill(`${qui}@demo.example`);
  await page.locator('[name=mot_de_passe]').fill(PERSONNEL);
  await page.locator('main form button').first().click();
  await page.waitForURL(/gestion/);
  return page;
}

try {
  const offre = await demander('GET', '/formations');
  const codes = offre.composantes.flatMap((c) => c.niveaux.flatMap((n) => n.formations)).filter((f) => f.ouverte).map((f) => f.code);
  const fiches = [];
  for (let rang = 0; rang < 5; rang++) fiches.push(await candidat(rang, codes[rang % 3], rang !== 4));
  const { jeton } = await demander('POST', '/session', null, { identifiant: 'admin@demo.example', mot_de_passe: PERSONNEL });
  await demander('POST', `/gestion/dossiers/${fiches[0].id}/avis`, jeton, { avis: 'favorable' });
  await demander('POST', `/gestion/dossiers/${fiches[0].id}/avis/validation`, jeton);

  for (const [genre, options, langue] of [
    ['ordinateur', { viewport: { width: 1280, height: 900 } }, 'fr'],
    ['telephone', { viewport: { width: 320, height: 700 } }, 'fr'],
    ['anglais-nuit', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }, 'en'],
    ['sans-script', { viewport: { width: 1280, height: 900 }, script: false }, 'fr'],
  ]) {
    const page = await personne(options, langue);
    const vu = (nom) => regarder(page, `sorties-${genre}-${nom}`, langue);
    await page.goto(`${adresse}/gestion/tableau`);
    assert.equal(await page.locator('figure svg[role=img]').count(), 3);
    for (const ouvrir of await page.locator('main summary').all()) await ouvrir.click();
    await vu('1-tableau');
    await page.goto(`${adresse}/gestion/exports`);
    await vu('2-exports');
    const csv = page.waitForEvent('download');
    await page.getByRole('button', { name: /CSV/ }).click();
    const fichier = await csv;
    assert.match(fichier.suggestedFilename(), /^dossiers-.*\.csv$/);
    const lignes = readFileSync(await fichier.path(), 'utf8').trim().split('\r\n');
    assert.equal(lignes.length, 6, 'a heading and five dossiers');
    await page.locator('#archive-etat').selectOption('transmis');
    await page.getByRole('button', { name: /Préparer l'archive|Prepare the archive/ }).click();
    for (let essai = 0; essai < 100; essai++) {
      if (await page.getByRole('link', { name: /^(Télécharger|Download)/ }).count()) break;
      await page.waitForTimeout(100);
      await page.goto(`${adresse}/gestion/exports`);
    }
    await vu('3-archive');
    const zip = page.waitForEvent('download');
    await page.getByRole('link', { name: /^(Télécharger|Download)/ }).first().click();
    assert.equal(readFileSync(await (await zip).path()).subarray(0, 2).toString(), 'PK');
    await page.getByRole('button', { name: /^(Retirer|Remove)/ }).first().click();

    await page.goto(`${adresse}/gestion/pv`);
    await vu('4-pv');
    const dossier = mkdtempSync(join(tmpdir(), 'postule-pv-'));
    const faux = join(dossier, 'faux.csv');
    writeFileSync(faux, `numéro;avis;rang\n${fiches[1].numero};Favorable;\nZZZZZZZZ;FA;\n${fiches[2].numero};LC;x\n`);
    await page.locator('#fichier').setInputFiles(faux);
    await page.getByRole('button', { name: /^(Vérifier|Check)/ }).click();
    await page.getByText(/2 lignes à corriger|2 lines to correct/).waitFor();
    await vu('5-pv-faux');
    await page.goto(`${adresse}/gestion/pv`);
    const bon = join(dossier, 'bon.csv');
    writeFileSync(bon, `dossier;avis;commentaire\n${fiches[1].id};Favorable;Bravo\n`);
    await page.locator('#fichier').setInputFiles(bon);
    await page.getByRole('button', { name: /^(Vérifier|Check)/ }).click();
    await page.getByRole('button', { name: /^(Saisir|Enter)/ }).click();
    await page.getByText(/1 avis saisi|1 decision entered/).waitFor();
    await vu('6-pv-saisi');
    await page.context().close();
  }
  // A member of the support sees neither of these areas.
  const support = await personne({}, 'fr', 'support');
  assert.equal(await support.getByRole('link', { name: 'Exports' }).count(), 0);
  const refus = await support.goto(`${adresse}/gestion/exports`);
  assert.equal(refus.status(), 403);
  await regarder(support, 'sorties-refus', 'fr');
  console.log('sorties: fine');
} finally {
  await navigateur.close();
  await arreter();
}
