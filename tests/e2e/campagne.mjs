// Administrators at work: the campaign, the staff, their own access; on a desktop and on a narrow phone.
import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demarrer, ouvrirNavigateur, racine, regarder } from './outils.mjs';

const PDF = join(racine, 'src/demo/fichiers/demande-vapp.pdf');
const MOT_DE_PASSE = 'Demo2027@demo';
const MOTS = {
  fr: { enregistrer: 'Enregistrer', corriger: /à corriger/, fait: /enregistré/, voir: 'Voir ce qui change', confirmer: 'Confirmer ces changements', retirer: 'Retirer', utilise: /Encore utilisé/, inviter: "Envoyer l'invitation", partie: "L'invitation est partie", dernier: /dernier administrateur/, desactiver: "Désactiver l'accès" },
  en: { enregistrer: 'Save', corriger: /to correct/, fait: /Saved/, voir: 'See what changes', confirmer: 'Confirm these changes', retirer: 'Remove', utilise: /Still used/, inviter: 'Send the invitation', partie: 'The invitation is on its way', dernier: /last administrator/, desactiver: 'Disable the access' },
};

const { adresse, arreter } = await demarrer();
const navigateur = await ouvrirNavigateur();

async function journee(genre, langue, viewport) {
  const m = MOTS[langue];
  const contexte = await navigateur.newContext({ viewport, locale: langue === 'fr' ? 'fr-FR' : 'en-GB' });
  const page = await contexte.newPage();
  const vu = (nom) => regarder(page, `campagne-${genre}-${nom}`, langue);
  const aller = (chemin) => page.goto(`${adresse}${chemin}`);
  const presser = (nom, role = 'button') => page.getByRole(role, { name: nom, exact: typeof nom === 'string' }).first().click();
  await aller('/connexion');
  await page.fill('[name=identifiant]', 'admin@demo.example');
  await page.fill('[name=mot_de_passe]', MOT_DE_PASSE);
  await page.locator('main form button').first().click();
  await page.waitForURL(/gestion/);

  await aller('/gestion/campagne');
  await vu('1-sommaire');
  await aller('/gestion/campagne/reglages');
  await vu('2-reglages');
  await aller('/gestion/campagne/formations');
  await vu('3-formations');
  await page.locator('main .carte a').first().click();
  await vu('4-formation');
  await page.fill('[name=capacite]', genre === 'ordinateur' ? '41' : '42');
  await page.fill('[name=retour]', '2020-01-01T00:00:00');
  await presser(m.enregistrer);
  await page.getByText(m.corriger).waitFor();
  assert.ok(await page.locator('.faute [name=retour]').count(), 'the fault stands beside its field');
  assert.equal(await page.inputValue('[name=capacite]'), genre === 'ordinateur' ? '41' : '42', 'nothing typed is lost');
  await vu('5-fautes');
  await page.goto(page.url());
  await page.fill('[name=capacite]', genre === 'ordinateur' ? '41' : '42');
  await presser(m.enregistrer);
  await page.getByText(m.fait).waitFor();
  await vu('6-enregistre');

  await aller('/gestion/campagne/centres');
  await page.locator('main .carte a').first().click();
  await presser(m.retirer, 'link');
  await vu('7-retirer');
  await presser(m.retirer);
  await page.getByText(m.utilise).waitFor();

  await aller('/gestion/campagne/pieces');
  await vu('8-pieces');
  await page.locator('main .carte a').first().click();
  await page.setInputFiles('[name=fichier]', PDF);
  await page.locator('form[enctype] button').click();
  await page.getByText(m.fait).waitFor();
  await vu('9-piece');

  await aller('/gestion/campagne/import');
  await vu('10-import');
  const texte = await (await contexte.request.get(`${adresse}/gestion/campagne/fichier`)).text();
  const fichier = join(mkdtempSync(join(tmpdir(), 'postule-e2e-')), 'campagne.toml');
  writeFileSync(fichier, texte.replace(/max_dossiers = \d+/, `max_dossiers = ${genre === 'ordinateur' ? 7 : 8}`));
  await page.setInputFiles('[name=fichier]', fichier);
  await presser(m.voir);
  await page.getByRole('button', { name: m.confirmer }).waitFor();
  await vu('11-apercu');
  await presser(m.confirmer);
  await page.getByRole('status').waitFor();
  await aller('/gestion/campagne/historique');
  await vu('12-historique');

  await aller('/gestion/personnel');
  await vu('13-personnel');
  await aller('/gestion/personnel/inviter');
  await presser(m.inviter);
  await page.getByText(m.corriger).waitFor();
  await vu('14-inviter-fautes');
  await page.fill('[name=mail]', `${genre}@univ.example`);
  await page.fill('[name=prenom]', 'Nora');
  await page.fill('[name=nom]', 'Petit');
  await page.check('[name=roles][value=gestionnaire]');
  await page.locator('[name=centres]').first().check();
  await presser(m.inviter);
  await page.getByText(m.partie).waitFor();
  await vu('15-invitee');
  await aller('/gestion/personnel');
  await page.locator('.carte', { hasText: 'admin@demo.example' }).getByRole('link').first().click();
  await presser(m.desactiver, 'link');
  await presser(m.desactiver);
  await page.getByText(m.dernier).waitFor();
  await vu('16-dernier');
  await aller('/gestion/audit');
  await vu('17-audit');
  await aller('/gestion/acces');
  await vu('18-acces');
  await aller('/gestion/second-facteur');
  assert.ok(await page.locator('.qr svg').count(), 'the code to photograph');
  await vu('19-second');
  await contexte.close();
}

try {
  await journee('ordinateur', 'fr', { width: 1280, height: 900 });
  await journee('telephone', 'en', { width: 320, height: 640 });
  console.log('campaign and staff pages: done');
} finally {
  await navigateur.close();
  await arreter();
}
