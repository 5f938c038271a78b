// The candidate's journey in Chromium, as a person makes it: desktop and phone, axe on every page.
// Use: node tests/e2e/parcours.mjs (after tests/outils and cargo build). CAPTURES=docs/images keeps the pictures.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import assert from 'node:assert/strict';

const racine = resolve(import.meta.dirname, '../..');
const outils = createRequire(join(racine, 'target/outils/package.json'));
const { chromium } = outils('playwright-core');
const axe = outils.resolve('axe-core/axe.min.js');
const binaire = process.env.POSTULE_BIN ?? join(racine, 'target/debug/postule');
const captures = resolve(racine, process.env.CAPTURES ?? 'target/captures');
const pdf = join(racine, 'src/demo/fichiers/demande-vapp.pdf');
const MOT_DE_PASSE = 'Motdepasse1@';

mkdirSync(captures, { recursive: true });
const donnees = mkdtempSync(join(tmpdir(), 'postule-e2e-'));
const serveur = spawn(binaire, ['demo', '--listen', '127.0.0.1:0', '--data', donnees], { stdio: ['ignore', 'pipe', 'inherit'] });
const adresse = await new Promise((oui, non) => {
  let texte = '';
  serveur.stdout.on('data', (morceau) => {
    texte += morceau;
    const trouve = texte.match(/Postule : (http:\S+)/);
    if (trouve) oui(trouve[1]);
  });
  serveur.on('exit', (code) => non(new Error(`postule ended with ${code}`)));
});

const navigateur = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function regarder(page, nom) {
  // The policy of our own pages forbids scripts: axe is run through the debugger, which it does not bind.
  const session = await page.context().newCDPSession(page);
  const { readFileSync } = await import('node:fs');
  await session.send('Runtime.evaluate', { expression: readFileSync(axe, 'utf8') });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "))))',
    awaitPromise: true,
  });
  assert.deepEqual(JSON.parse(result.value), [], `axe on « ${nom} »`);
  const large = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(large <= 0, `« ${nom} » scrolls sideways by ${large} px`);
  await page.screenshot({ path: join(captures, `${nom}.png`), fullPage: false });
}

async function remplir(page, champs) {
  for (const [nom, valeur] of Object.entries(champs)) {
    const champ = page.locator(`[name="${nom}"]`);
    if (await champ.evaluate((e) => e.tagName) === 'SELECT') await champ.selectOption(valeur);
    else await champ.fill(valeur);
  }
}

async function parcours(genre, options) {
  const contexte = await navigateur.newContext({ ...options, javaScriptEnabled: true, locale: 'fr-FR' });
  const page = await contexte.newPage();
  const vu = (nom) => regarder(page, `${genre}-${nom}`);
  const mail = `${genre}@univ.example`;
  await page.goto(adresse);
  await vu('formations');
  await page.getByRole('link', { name: 'Créer un compte' }).click();
  await page.getByRole('button', { name: 'Créer mon compte' }).click();
  await page.getByText('À corriger').waitFor();
  await vu('inscription-fautes');
  await remplir(page, { nom: 'Martin', prenom: 'Élise', mail, mail_confirmation: mail, mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE });
  await page.getByRole('button', { name: 'Créer mon compte' }).click();
  await page.getByText('Un mail vient de partir').waitFor();
  await vu('mail-parti');
  let lien;
  for (let essai = 0; !lien && essai < 100; essai++) {
    await page.goto(`${adresse}/demo/boite`);
    const article = page.locator('article', { hasText: mail }).locator('a').first();
    if (await article.count()) lien = await article.getAttribute('href');
    else await page.waitForTimeout(100);
  }
  await page.goto(lien);
  await vu('validation');
  await page.getByRole('button', { name: 'Valider mon compte' }).click();
  await page.getByText('Votre compte est validé').waitFor();
  await page.getByRole('link', { name: 'Se connecter' }).last().click();
  await vu('connexion');
  await remplir(page, { identifiant: mail, mot_de_passe: MOT_DE_PASSE });
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('link', { name: 'Mon profil' }).click();
  await vu('profil-vide');
  const section = (action) => page.locator(`form[action="/profil/${action}"]`);
  await remplir(section('informations'), { nationalite: 'FRA', ine: '0123456789M', date_naissance: '2004-05-06', lieu_naissance: 'Valenciennes' });
  await section('informations').getByRole('button').click();
  await remplir(section('adresse'), { ligne1: '1 rue de Mons', code_postal: '59300', commune: 'valenciennes' });
  await section('adresse').getByRole('button').click();
  await remplir(section('baccalaureat'), { situation: 'avec', annee: '2022' });
  await section('baccalaureat').getByRole('button').click();
  await remplir(section('baccalaureat'), { serie: 'GENERALE', mention: 'B' });
  await section('baccalaureat').getByRole('button').click();
  await page.getByText('Votre profil est complet').waitFor();
  await vu('profil');
  await page.goto(`${adresse}/?filtre=informatique`);
  await page.getByRole('link', { name: /Candidater/ }).first().click();
  await vu('candidater');
  await page.getByRole('button', { name: 'Oui, ouvrir un dossier' }).click();
  await page.getByRole('heading', { name: 'Pièces justificatives' }).waitFor();
  await vu('dossier');
  const dossier = page.url();
  for (;;) {
    const attendue = page.locator('section.carte', { hasText: 'Attendue' }).first();
    if (!(await attendue.count())) break;
    const declarer = attendue.getByRole('button', { name: 'Je ne suis pas concerné' });
    if (await declarer.count()) {
      await attendue.getByRole('checkbox').check();
      await declarer.click();
    } else {
      await attendue.locator('input[type=file]').setInputFiles(pdf);
      await attendue.getByRole('button', { name: 'Déposer' }).click();
    }
    await page.waitForURL(dossier);
  }
  await page.getByText('Toutes les pièces sont là').waitFor();
  await vu('dossier-complet');
  await page.getByRole('button', { name: 'Transmettre ma candidature' }).click();
  await page.getByText('Réceptionné').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Déposer' }).count(), 0);
  await vu('dossier-transmis');
  await page.getByRole('link', { name: 'Mes dossiers' }).click();
  await vu('dossiers');
  await contexte.close();
}

let echec;
try {
  await parcours('ordinateur', { viewport: { width: 1280, height: 900 } });
  await parcours('telephone', { viewport: { width: 320, height: 720 }, isMobile: true, hasTouch: true });
  console.log('browser: desktop and phone, every page clean');
} catch (erreur) {
  echec = erreur;
  console.error(erreur);
} finally {
  await navigateur.close();
  serveur.removeAllListeners('exit');
  serveur.kill('SIGINT');
  await new Promise((fini) => serveur.on('exit', fini));
  rmSync(donnees, { recursive: true, force: true });
}
process.exit(echec ? 1 : 0);
