// Administrators at work: the campaign, the staff, their own access; on a desktop and on a narrow phone. Then one
// campaign from its set-up to the candidate's answer, as administrator, manager and candidate, the clock moving on.
import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clavier } from './clavier.mjs';
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
  await page.locator('.message[role=status]').waitFor();
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

/** The token of the last mail to this address. */
async function jeton(mail) {
  for (let essai = 0; essai < 100; essai++) {
    const boite = await (await fetch(`${adresse}/demo/boite`)).text();
    const trouve = boite.split('<article>').find((a) => a.includes(`À : ${mail}`))?.match(/\?jeton=([^"&<\s]+)/);
    if (trouve) return trouve[1];
    await new Promise((suite) => { setTimeout(suite, 50); });
  }
  return assert.fail(`no mail to ${mail}`);
}

async function api(methode, chemin, corps, session) {
  const entetes = { 'content-type': 'application/json', ...(session ? { authorization: `Bearer ${session}` } : {}) };
  const reponse = await fetch(`${adresse}/api/v1${chemin}`, { method: methode, headers: entetes, body: JSON.stringify(corps) });
  const texte = await reponse.text();
  assert.ok(reponse.ok, `${methode} ${chemin}: ${reponse.status} ${texte}`);
  return texte ? JSON.parse(texte) : null;
}

/** One person at one screen. */
async function personne(genre, viewport) {
  const contexte = await navigateur.newContext({ viewport, locale: 'fr-FR' });
  const page = await contexte.newPage();
  return {
    page,
    vu: (nom) => regarder(page, `campagne-${genre}-${nom}`, 'fr'),
    aller: (chemin) => page.goto(`${adresse}${chemin}`),
    presser: (nom, role = 'button') => page.getByRole(role, { name: nom, exact: typeof nom === 'string' }).first().click(),
    remplir: async (champs) => {
      for (const [nom, valeur] of Object.entries(champs)) await page.locator(`main [name="${nom}"]:not([type=hidden])`).first().fill(valeur);
    },
    async entrer(identifiant, mot_de_passe, suite) {
      await page.goto(`${adresse}/connexion?suite=${suite}`);
      await this.remplir({ identifiant, mot_de_passe });
      await page.getByRole('button', { name: 'Se connecter' }).click();
      await page.waitForURL((url) => !url.pathname.startsWith('/connexion'));
      await page.goto(`${adresse}${suite}`);
    },
  };
}

/** The campaign changed without a mouse: a formation with a fault, the order of its documents, a person invited, a mail. */
async function auClavier() {
  const contexte = await navigateur.newContext({ viewport: { width: 1280, height: 900 }, locale: 'fr-FR' });
  const page = await contexte.newPage();
  const c = new Clavier(page);
  const vu = (nom) => regarder(page, `campagne-clavier-${nom}`, 'fr');
  await page.goto(`${adresse}/connexion?suite=/gestion`);
  await c.ecrire('identifiant', 'admin@demo.example');
  await c.ecrire('mot_de_passe', MOT_DE_PASSE);
  await page.keyboard.press('Enter');
  await page.waitForURL(/gestion/);
  await c.entrer(c.lien('Campagne'));
  await page.waitForURL(/campagne/);
  await c.sauter();
  await c.entrer(page.locator('main').getByRole('link', { name: 'Formations' }));
  await page.waitForURL(/formations/);
  await c.sauter();
  await c.entrer(page.locator('main .carte a').nth(1));
  await page.waitForURL(/formations\/./);
  const formation = page.url();
  await c.sauter();
  await c.dater('retour', 2020);
  await c.ecrire('capacite', '0');
  await page.keyboard.press('Enter');
  await c.faute('retour');
  await vu('1-fautes');
  await page.goto(formation);
  await c.ecrire('capacite', '44');
  await c.entrer(c.bouton('Enregistrer'));
  await page.getByText(/enregistré/).waitFor();
  const ordre = () => page.locator('.ordre li').evaluateAll((l) => l.map((e) => e.id));
  const avant = await ordre();
  await c.entrer(page.locator('.ordre li').first().getByRole('button'));
  await page.waitForURL(/#piece-/);
  assert.deepEqual((await ordre()).slice(0, 2), [avant[1], avant[0]]);
  assert.equal(await page.evaluate(() => document.activeElement.id), avant[0], 'the focus goes with what moved');
  await c.pas();
  await page.keyboard.press('Enter');
  await page.waitForFunction((id) => document.querySelector('.ordre li').id === id, avant[0]);

  await page.goto(`${adresse}/gestion/personnel`);
  await c.entrer(c.lien('Inviter une personne'));
  await page.waitForURL(/inviter/);
  await c.entrer(c.bouton("Envoyer l'invitation"));
  await c.faute('mail');
  await page.keyboard.type('clavier@univ.example');
  await c.ecrire('nom', 'Petit');
  await c.ecrire('prenom', 'Zoé');
  await c.cocher(page.locator('[name=roles][value=support]'));
  await c.entrer(c.bouton("Envoyer l'invitation"));
  await page.getByText("L'invitation est partie").waitFor();
  await vu('2-invitee');

  await page.goto(`${adresse}/gestion/campagne/mails`);
  await c.sauter();
  await c.entrer(page.locator('a[href="/gestion/campagne/mails/cadre/fr"]'));
  await page.waitForURL(/cadre/);
  const texte = await page.inputValue('[name=texte]');
  await c.ecrire('texte', 'Sans le mail');
  await c.entrer(c.bouton("Voir l'aperçu"));
  await c.faute('texte');
  await vu('3-cadre-fautes');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(`${texte}\n\nÉcrit au clavier`);
  await c.entrer(c.bouton("Voir l'aperçu"));
  await page.frameLocator('iframe.mail').first().getByText('Écrit au clavier').waitFor();
  await vu('4-cadre-apercu');
  await contexte.close();
}

async function uneCampagne() {
  const { maintenant } = await (await fetch(`${adresse}/demo/horloge`)).json();
  const dans = (jours) => new Date(Date.parse(maintenant) + jours * 86_400_000).toISOString().slice(0, 16);
  const avancer = (duree) => fetch(`${adresse}/demo/horloge`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ avancer: duree }) });
  const large = { width: 1280, height: 900 };

  const admin = await personne('admin', large);
  await admin.entrer('admin@demo.example', MOT_DE_PASSE, '/gestion/campagne/formations/ajouter');
  await admin.remplir({ code: 'M1-ESSAI', libelle: 'Master essai', niveau: 'Master', capacite: '1', candidature_debut: dans(-1), candidature_fin: dans(10), retour: dans(20), confirmation: dans(60) });
  await admin.page.selectOption('main [name=composante]', { index: 1 });
  await admin.page.selectOption('main [name=centre]', 'SCIENCES');
  await admin.page.check('main [name=promotion][value=automatique]');
  for (const n of [0, 1]) await admin.page.locator('main [name=pieces]').nth(n).check();
  await admin.vu('1-nouvelle-formation');
  await admin.presser('Enregistrer');
  await admin.page.getByRole('link', { name: 'Master essai' }).click();
  const ordre = () => admin.page.locator('.ordre li').evaluateAll((l) => l.map((e) => e.id));
  const avant = await ordre();
  assert.equal(avant.length, 2);
  await admin.vu('2-ordre-des-pieces');
  await admin.presser(/^Descendre/);
  await admin.page.waitForURL(/#piece-/);
  assert.deepEqual(await ordre(), [...avant].reverse());
  await admin.aller('/gestion/personnel/inviter');
  await admin.remplir({ mail: 'nora@univ.example', prenom: 'Nora', nom: 'Petit' });
  for (const [nom, valeur] of [['roles', 'gestionnaire'], ['centres', 'SCIENCES'], ['avis', 'saisir'], ['avis', 'valider']]) await admin.page.check(`[name=${nom}][value=${valeur}]`);
  await admin.presser("Envoyer l'invitation");
  await admin.page.getByText("L'invitation est partie").waitFor();

  const nora = await personne('gestionnaire', large);
  await nora.aller(`/gestion/invitation?jeton=${await jeton('nora@univ.example')}`);
  await nora.vu('1-invitation');
  await nora.remplir({ mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE });
  await nora.page.locator('main form button').first().click();
  await nora.entrer('nora@univ.example', MOT_DE_PASSE, '/gestion');

  const mail = 'elise@univ.example';
  await api('POST', '/comptes', { nom: 'Martin', prenom: 'Élise', mail, mail_confirmation: mail, mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE });
  const { numero } = await api('POST', '/comptes/validation', { jeton: await jeton(mail) });
  const session = (await api('POST', '/session', { identifiant: numero, mot_de_passe: MOT_DE_PASSE })).jeton;
  await api('PUT', '/moi/informations', { nationalite: 'FRA', date_naissance: '2004-05-06', lieu_naissance: 'Lille' }, session);
  await api('PUT', '/moi/adresse', { ligne1: '1 rue de Mons', code_postal: '59300', commune: 'valenciennes' }, session);
  await api('PUT', '/moi/baccalaureat', { annee: 2022, serie: 'GENERALE', specialites: ['MATHS', 'NSI'], mention: 'B' }, session);
  const elise = await personne('candidate', { width: 320, height: 640 });
  await elise.entrer(mail, MOT_DE_PASSE, '/?filtre=essai');
  await elise.presser(/^Candidater/, 'link');
  await elise.presser('Oui, ouvrir un dossier');
  await elise.page.waitForURL(/dossiers\/\w+/);
  const dossier = new URL(elise.page.url()).pathname;
  await elise.vu('1-dossier');
  for (let piece = elise.page.locator('.piece.a-faire').first(); await piece.count(); piece = elise.page.locator('.piece.a-faire').first()) {
    const code = await piece.getAttribute('data-piece');
    if (await piece.locator('.serment').count()) {
      await piece.locator('summary').click();
      await piece.getByRole('checkbox').check();
      await piece.getByRole('button', { name: /^Certifier/ }).click();
    } else await piece.locator('input[type=file]').first().setInputFiles(PDF);
    await elise.page.locator(`#piece-${code}.fait`).waitFor();
  }
  await elise.presser('Transmettre ma candidature', 'link');
  await elise.presser('Oui, transmettre');
  await elise.page.getByText('Réceptionné', { exact: true }).first().waitFor();

  await nora.aller('/gestion?formation=M1-ESSAI');
  await nora.page.getByRole('link', { name: /Martin Élise/i }).click();
  for (const code of await nora.page.locator('.controle [data-piece]').evaluateAll((l) => l.map((e) => e.dataset.piece))) {
    if (await nora.page.locator(`.controle [data-piece="${code}"] .etat.fait`).count()) continue;
    await nora.page.locator(`.controle [data-piece="${code}"]`).click();
    await nora.page.waitForURL(new RegExp(`piece=${code}`));
    await nora.page.keyboard.press('v');
    await nora.page.locator(`.controle [data-piece="${code}"] .etat.fait`).waitFor();
  }
  await nora.presser('Déclarer complet');
  await nora.presser(/^Déclarer complet/);
  await nora.page.getByLabel('Avis favorable').check();
  await nora.presser('Saisir cet avis');
  await nora.page.getByText('Avis saisi :').waitFor();
  await nora.vu('2-avis-saisi');
  await elise.page.reload();
  assert.equal(await elise.page.locator('.decision').count(), 0, 'a draft is nobody else\'s');

  // The last day to transmit is over; the jury met.
  await avancer('P30D');
  await nora.entrer('nora@univ.example', MOT_DE_PASSE, '/gestion/decisions');
  await nora.presser('Préparer la publication Master essai');
  await nora.page.getByText('Mails qui partiront').waitFor();
  await nora.page.getByText('Possible pour 1 dossier').waitFor();
  await nora.vu('3-publication');
  await nora.presser(/^Publier l'avis saisi/);
  await nora.page.waitForURL((url) => url.pathname === '/gestion/decisions');
  await elise.entrer(mail, MOT_DE_PASSE, dossier);
  await elise.page.locator('.decision').waitFor();
  await elise.vu('2-decision');
  await elise.presser('Confirmer ma candidature', 'link');
  await elise.presser('Oui, confirmer');
  await elise.page.getByText('Vous avez confirmé').waitFor();
  await elise.vu('3-confirmee');
  await nora.aller('/gestion?formation=M1-ESSAI&reponse=confirmee');
  await nora.page.getByRole('link', { name: /Martin Élise/i }).waitFor();
  await nora.aller('/gestion/tableau');
  await nora.vu('4-tableau');
  await nora.aller('/gestion/commentaires');
  await nora.page.selectOption('main [name=pour]', 'SCIENCES');
  await nora.remplir({ nom: 'Verso', contenu: 'Il manque le verso.' });
  await nora.presser('Enregistrer');
  await nora.page.getByRole('button', { name: 'Retirer Verso' }).waitFor();
  await nora.vu('5-commentaires');
  await nora.page.setViewportSize({ width: 320, height: 640 });
  await nora.vu('6-commentaires-320');
  await nora.aller('/gestion/campagne/formations/M1-ESSAI');
  await nora.vu('7-formation-320');
  for (const { page } of [admin, nora, elise]) await page.context().close();
  console.log('a campaign from set-up to the answer: done');
}

try {
  await journee('ordinateur', 'fr', { width: 1280, height: 900 });
  await journee('telephone', 'en', { width: 320, height: 640 });
  console.log('campaign and staff pages: done');
  await auClavier();
  console.log('campaign by keyboard alone: done');
  await uneCampagne();
} finally {
  await navigateur.close();
  await arreter();
}
