// An administrator changes what a mail says: seen with samples, refused with every fault, kept, compared, put back.
import assert from 'node:assert/strict';
import { demarrer, ouvrirNavigateur, regarder } from './outils.mjs';

const MOTS = {
  fr: { apercu: "Voir l'aperçu", enregistrer: 'Enregistrer', fait: /enregistré/, corriger: /à corriger/, remettre: "Revenir au texte d'origine", textes: 'Textes des mails', change: 'Texte changé', objet: 'Bien reçu : {{ formation.libelle }}', vu: 'Bien reçu : Master 1 Informatique' },
  en: { apercu: 'See the preview', enregistrer: 'Save', fait: /Saved/, corriger: /to correct/, remettre: 'Go back to the original text', textes: 'Texts of the mails', change: 'Text changed', objet: 'Received: {{ formation.libelle }}', vu: 'Received: Master 1 Informatique' },
};

const { adresse, arreter } = await demarrer();
const navigateur = await ouvrirNavigateur();

async function rediger(genre, langue, reglages) {
  const m = MOTS[langue];
  const contexte = await navigateur.newContext({ ...reglages, locale: langue === 'fr' ? 'fr-FR' : 'en-GB' });
  const page = await contexte.newPage();
  const vu = (nom) => regarder(page, `mails-${genre}-${nom}`, langue);
  const presser = (nom, role = 'button') => page.getByRole(role, { name: nom, exact: true }).first().click();
  await page.goto(`${adresse}/connexion`);
  await page.fill('[name=identifiant]', 'admin@demo.example');
  await page.fill('[name=mot_de_passe]', 'Demo2027@demo');
  await page.locator('main form button').first().click();
  await page.waitForURL(/gestion/);
  await page.goto(`${adresse}/gestion/campagne`);
  await presser(m.textes, 'link');
  await vu('1-liste');
  await page.locator(`a[href="/gestion/campagne/mails/statut_re/${langue}"]`).click();
  await vu('2-texte');
  const origine = await page.inputValue('[name=texte]');
  await page.fill('[name=objet]', '{{ prenon }}');
  await page.fill('[name=texte]', `${origine}\n\n{% if %}`);
  await presser(m.apercu);
  await page.getByText(m.corriger).waitFor();
  assert.equal(await page.locator('.faute').count(), 2, 'both faults stand beside their fields');
  assert.equal(await page.inputValue('[name=objet]'), '{{ prenon }}', 'nothing typed is lost');
  await vu('3-fautes');
  await page.fill('[name=objet]', m.objet);
  await page.fill('[name=texte]', `${origine}\n\n**${genre}**`);
  await presser(m.apercu);
  const cadre = page.frameLocator('iframe.mail').first();
  assert.equal(await cadre.locator('h1').textContent(), m.vu);
  assert.equal(await cadre.locator('strong', { hasText: genre }).count(), 1, 'the markup is HTML in it');
  const fond = await cadre.locator('header').evaluate((e) => getComputedStyle(e).borderBottomWidth);
  assert.equal(fond, '2px', "the mail's own style holds");
  await vu('4-apercu');
  await presser(m.enregistrer);
  await page.getByText(m.fait).waitFor();
  assert.equal(await page.locator('.ecart ins').count() >= 2, true, 'what changed is compared');
  await page.locator('details > summary').first().click();
  await vu('5-enregistre');
  await page.goto(`${adresse}/gestion/campagne/historique`);
  await vu('6-historique');
  await page.goto(`${adresse}/gestion/campagne/mails`);
  await page.getByText(m.change).first().waitFor();
  await vu('7-liste');
  await page.goto(`${adresse}/gestion/campagne/mails/statut_re/${langue}`);
  await presser(m.remettre, 'link');
  await vu('8-origine');
  await presser(m.remettre);
  await page.getByText(m.fait).waitFor();
  assert.equal(await page.inputValue('[name=texte]'), origine);
  await page.goto(`${adresse}/gestion/audit`);
  await vu('9-audit');
  await contexte.close();
}

try {
  await rediger('ordinateur', 'fr', { viewport: { width: 1280, height: 900 } });
  await rediger('telephone', 'en', { viewport: { width: 320, height: 700 }, javaScriptEnabled: true, colorScheme: 'dark' });
} finally {
  await navigateur.close();
  await arreter();
}
