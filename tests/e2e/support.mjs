// The support desk and its candidates: mails come in, two people answer, a candidate writes and reads; on a desktop,
// on a narrow phone, by keyboard, in both languages.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demarrer, ouvrirNavigateur, racine, regarder } from './outils.mjs';

const MOT_DE_PASSE = 'Motdepasse1@';
const MOT_DE_PASSE_PERSONNEL = 'Demo2027@demo';
const BUREAU = { viewport: { width: 1280, height: 900 } };
const TELEPHONE = { viewport: { width: 320, height: 780 }, isMobile: true, hasTouch: true };

const { adresse, arreter, donnees } = await demarrer();

async function api(methode, chemin, jeton, corps) {
  const entetes = { 'content-type': 'application/json' };
  if (jeton) entetes.authorization = `Bearer ${jeton}`;
  const reponse = await fetch(`${adresse}/api/v1${chemin}`, { method: methode, headers: entetes, body: corps === undefined ? undefined : JSON.stringify(corps) });
  const texte = await reponse.text();
  assert.ok(reponse.ok, `${methode} ${chemin}: ${reponse.status} ${texte}`);
  return texte ? JSON.parse(texte) : null;
}

async function jusqua(quoi, dit) {
  for (let essai = 0; essai < 600; essai++) {
    const trouve = await quoi();
    if (trouve) return trouve;
    await new Promise((fini) => { setTimeout(fini, 100); });
  }
  return assert.fail(dit);
}

async function candidat(nom, prenom, mail) {
  await api('POST', '/comptes', null, { nom, prenom, mail, mail_confirmation: mail, mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE });
  const lien = await jusqua(async () => {
    const boite = await (await fetch(`${adresse}/demo/boite`)).text();
    return boite.split('<article>').find((a) => a.includes(`À : ${mail}`))?.match(/\?jeton=([^"]+)"/)?.[1];
  }, `no mail to ${mail}`);
  const { numero } = await api('POST', '/comptes/validation', null, { jeton: lien });
  const { jeton } = await api('POST', '/session', null, { identifiant: numero, mot_de_passe: MOT_DE_PASSE });
  await api('PUT', '/moi/informations', jeton, { nationalite: 'FRA', ine: '0123456789M', date_naissance: '2004-05-06', lieu_naissance: 'Lille' });
  await api('PUT', '/moi/adresse', jeton, { ligne1: '1 rue de Mons', code_postal: '59300', commune: 'valenciennes' });
  await api('PUT', '/moi/baccalaureat', jeton, { annee: 2022, serie: 'GENERALE', specialites: ['MATHS', 'NSI'], mention: 'B' });
  return { numero, jeton };
}

let numero = 0;
/** Drops a mail where the demo reads. */
function deposer(mail) {
  const dossier = join(donnees, 'support');
  mkdirSync(dossier, { recursive: true });
  numero += 1;
  writeFileSync(join(dossier, `.${numero}.eml`), mail.join('\r\n'));
  renameSync(join(dossier, `.${numero}.eml`), join(dossier, `${numero}.eml`));
}

/** A mail of ours to this address comes back: nobody has it there. Done when the team sees it. */
async function rebondir(agent, a) {
  const mails = readdirSync(join(donnees, 'mail')).filter((nom) => nom.endsWith('.eml') && !nom.startsWith('.'));
  const parti = mails.map((nom) => readFileSync(join(donnees, 'mail', nom), 'utf8')).find((mail) => mail.includes(a));
  const etiquette = parti.match(/^Message-ID: <([^@>]+)@/mi)[1];
  deposer(['Return-Path: <>', 'From: MAILER-DAEMON@mx.univ.example', `To: candidature+${etiquette}@demo.example`, 'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <rebond-${numero}@mx.univ.example>`, 'MIME-Version: 1.0', 'Content-Type: multipart/report; report-type=delivery-status; boundary=b', '', '--b', 'Content-Type: text/plain', '',
    'This is the mail system.', '--b', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.univ.example', '', `Final-Recipient: rfc822; ${a}`, 'Action: failed', 'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 User unknown', '', '--b--', '']);
  await jusqua(async () => (await api('GET', '/gestion/courrier', agent)).refusees.find((r) => r.adresse === a), `the bounce of ${a} is not seen`);
}

/** A mail dropped where the demo reads; done when it is a request. Its id. */
async function ecrire(agent, { de, nom, objet, texte, prouve = true, piece }) {
  const domaine = de.split('@')[1];
  const tete = [`Authentication-Results: demo.example; dmarc=${prouve ? 'pass' : 'fail'} header.from=${domaine}`, `From: ${nom} <${de}>`,
    'To: candidature@demo.example', `Subject: =?utf-8?B?${Buffer.from(objet).toString('base64')}?=`, `Message-ID: <e2e-${numero}@${domaine}>`, 'MIME-Version: 1.0'];
  const corps = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', Buffer.from(texte).toString('base64')];
  const mail = piece
    ? [...tete, 'Content-Type: multipart/mixed; boundary=b', '', '--b', ...corps, '--b', `Content-Type: application/pdf; name="${piece}"`, `Content-Disposition: attachment; filename="${piece}"`, 'Content-Transfer-Encoding: base64', '', Buffer.from('%PDF-1.4 releve').toString('base64'), '--b--', '']
    : [...tete, ...corps, ''];
  deposer(mail);
  return jusqua(async () => (await api('GET', '/gestion/demandes?toutes=true&limite=200', agent)).demandes.find((d) => d.objet === objet)?.id, `no request « ${objet} »`);
}

async function entrer(page, identifiant, mot_de_passe, vers) {
  await page.goto(`${adresse}/connexion?suite=${vers}`);
  await page.fill('[name=identifiant]', identifiant);
  await page.fill('[name=mot_de_passe]', mot_de_passe);
  await page.locator('main form button').first().click();
  await page.waitForURL((url) => url.pathname !== '/connexion');
  if (!page.url().endsWith(vers)) await page.goto(`${adresse}${vers}`);
}

/** Presses a key of the page and waits for what it leads to. */
async function touche(page, quoi, vers) {
  await page.locator('h1').click();
  await Promise.all([page.waitForURL(vers), page.keyboard.press(quoi)]);
}

/** A member of the team at work: what presses first, read with its facts, taken and answered by keyboard. */
async function bureau(page, collegue, ids) {
  const vu = (nom) => regarder(page, `support-ordinateur-${nom}`, 'fr');
  await entrer(page, 'support@demo.example', MOT_DE_PASSE_PERSONNEL, '/gestion/demandes');
  await vu('1-liste');
  const premiere = page.locator('.liste tbody tr').first();
  assert.ok(await premiere.getByText('Urgent').count(), 'what presses comes first');
  await page.getByRole('link', { name: /Sans responsable/ }).click();
  await page.waitForURL(/responsable=personne/);
  await page.goto(`${adresse}/gestion/demandes?q=releve`);
  assert.equal(await page.locator('.liste tbody tr').count(), 1);
  await vu('2-recherche');

  await page.goto(`${adresse}/gestion/demandes`);
  await premiere.locator('a').first().click();
  await page.waitForURL(/liste=|demandes\/[A-Z0-9]+/);
  const debut = page.url();
  await touche(page, 's', (url) => url.href !== debut);
  await touche(page, 'p', (url) => url.href === debut);

  await page.goto(`${adresse}/gestion/demandes/${ids.pieces}`);
  for (const attendu of ['Identité prouvée', 'Compte validé', 'Manque :', 'Un brouillon est proposé']) await page.getByText(attendu).first().waitFor();
  await vu('3-demande');
  const [fichier] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'releve.pdf' }).click()]);
  assert.equal(fichier.suggestedFilename(), 'releve.pdf');
  await page.getByRole('link', { name: /Lire le mail en entier/ }).click();
  await page.getByRole('heading', { name: 'Texte entier' }).waitFor();
  await vu('4-mail-entier');
  await page.getByRole('link', { name: 'Revenir à la demande' }).click();

  // Somebody else opens it too, and each is told.
  await entrer(collegue, 'admin@demo.example', MOT_DE_PASSE_PERSONNEL, `/gestion/demandes/${ids.pieces}`);
  await collegue.getByText('a ouvert cette demande').waitFor();
  await regarder(collegue, 'support-ordinateur-5-collision', 'fr');
  await collegue.fill('#reponse', 'Bonjour Élise, il manque votre lettre.');

  await page.locator('h1').click();
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.keyboard.press('m')]);
  await page.getByRole('button', { name: 'Libérer' }).waitFor();
  await page.locator('h1').click();
  await page.keyboard.press('n');
  await page.keyboard.type('Vue au téléphone.');
  await page.keyboard.press('Tab');
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.keyboard.press('Enter')]);
  await page.getByText('Vue au téléphone.').waitFor();
  await page.locator('h1').click();
  await page.keyboard.press('r');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Bonjour Élise,\n\nIl vous manque le CV.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.keyboard.press('Enter')]);
  await page.getByText('Il vous manque le CV.').waitFor();
  await jusqua(async () => { await page.reload(); return page.getByText('Partie le').count(); }, 'the answer did not leave');
  await page.locator('details.gestes > summary').click();
  await vu('6-repondue');

  await collegue.getByRole('button', { name: 'Envoyer la réponse' }).click();
  await collegue.getByRole('heading', { name: 'Cette demande a changé entre-temps' }).waitFor();
  await collegue.getByText('il manque votre lettre').waitFor();
  await regarder(collegue, 'support-ordinateur-7-perimee', 'fr');

  await page.goto(`${adresse}/gestion/demandes/${ids.inconnu}`);
  await page.getByText('le numéro cité ne prouve rien').waitFor();
  await vu('8-inconnu');
  await page.goto(`${adresse}/gestion/demandes/boite`);
  await vu('9-boite');
  await page.getByRole('button', { name: 'Arrêter toutes les réponses automatiques' }).click();
  await page.getByText('Arrêtées').waitFor();
  await vu('10-boite-arretee');
  await page.getByRole('button', { name: 'Reprendre les réponses automatiques' }).click();
  await page.getByText('En marche').waitFor();
  await page.goto(`${adresse}/gestion/demandes/courrier`);
  await page.getByRole('rowheader', { name: ids.refusee }).waitFor();
  await vu('11-courrier');
  await page.goto(`${adresse}/gestion/dossiers/${ids.dossier}`);
  await page.getByRole('heading', { name: 'Demandes du candidat au support' }).waitFor();
  await vu('12-dossier');
  for (const [chemin, nom] of [['/gestion/demandes', '1-liste'], [`/gestion/demandes/${ids.pieces}`, '2-demande'], ['/gestion/demandes/boite', '3-boite'], ['/gestion/demandes/courrier', '4-courrier']]) {
    await page.goto(`${adresse}${chemin}?lang=en`);
    await regarder(page, `support-anglais-${nom}`, 'en');
  }
}

async function telephone(page, ids) {
  await entrer(page, 'support@demo.example', MOT_DE_PASSE_PERSONNEL, '/gestion/demandes');
  const vu = (nom) => regarder(page, `support-telephone-320-${nom}`, 'fr');
  await vu('1-liste');
  for (const [chemin, nom] of [[`/${ids.pieces}`, '2-demande'], [`/${ids.inconnu}`, '3-inconnu'], ['/boite', '4-boite'], ['/courrier', '5-courrier']]) {
    await page.goto(`${adresse}/gestion/demandes${chemin}`);
    for (const repli of await page.locator('details.gestes > summary').all()) await repli.click();
    await vu(nom);
  }
}

/** A candidate writes, is answered, and goes on. */
async function candidate(page, elle, agent, genre, langue) {
  const m = langue === 'fr'
    ? { ecrire: 'Envoyer', corriger: /à corriger/, attend: 'Une réponse vous attend.', objet: `Mon CV (${genre})` }
    : { ecrire: 'Send', corriger: /to correct/, attend: 'An answer awaits you.', objet: `My CV (${genre})` };
  const vu = (nom) => regarder(page, `demandes-${genre}-${nom}`, langue);
  await entrer(page, elle.numero, MOT_DE_PASSE, '/demandes');
  await page.goto(`${adresse}/demandes?lang=${langue}`);
  await vu('1-vide');
  await page.fill('#objet', m.objet);
  await page.getByRole('button', { name: m.ecrire, exact: true }).click();
  await page.getByText(m.corriger).waitFor();
  assert.equal(await page.inputValue('#objet'), m.objet, 'nothing typed is lost');
  await vu('2-fautes');
  await page.fill('#texte', 'Bonjour,\n\nOù dois-je déposer mon CV ?');
  await page.selectOption('#dossier', { index: 1 });
  await page.getByRole('button', { name: m.ecrire, exact: true }).click();
  await page.waitForURL(/demandes\/[A-Z0-9]+$/);
  const id = page.url().split('/').at(-1);
  await api('POST', `/gestion/demandes/${id}/reponse`, agent, { texte: 'Bonjour Élise,\n\nDans votre dossier, à la ligne « Curriculum vitae ».\n\nLe support' });
  await page.goto(`${adresse}/demandes`);
  await page.getByText(m.attend).first().waitFor();
  await vu('3-liste');
  await page.goto(`${adresse}/demandes/${id}`);
  await page.getByText('Curriculum vitae').waitFor();
  await vu('4-echange');
  await page.fill('#texte', 'Merci beaucoup !');
  await page.getByRole('button', { name: m.ecrire, exact: true }).click();
  await page.getByText('Merci beaucoup !').waitFor();
}

/** Who cannot be reached is told on every page, with the way to another address. */
async function injoignable(page, lui, genre) {
  await entrer(page, lui.numero, MOT_DE_PASSE, '/dossiers');
  await page.getByText('refuse nos mails à').first().waitFor();
  await regarder(page, `demandes-${genre}-5-injoignable`, 'fr');
}

let echec;
const navigateur = await ouvrirNavigateur();
try {
  const session = async (identifiant) => (await api('POST', '/session', null, { identifiant, mot_de_passe: MOT_DE_PASSE_PERSONNEL })).jeton;
  const agent = await session('support@demo.example');
  const elle = await candidat('Martin', 'Élise', 'elise@univ.example');
  const lui = await candidat('Petit', 'Paul', 'paul@univ.example');
  const ids = { refusee: 'paul@univ.example' };
  await rebondir(agent, ids.refusee);
  const offre = await api('GET', '/formations');
  const ouverte = offre.composantes.flatMap((c) => c.niveaux.flatMap((n) => n.formations)).find((f) => f.ouverte);
  const dossier = await api('POST', '/dossiers', elle.jeton, { formation: ouverte.code });
  ids.dossier = dossier.id;
  ids.pieces = await ecrire(agent, { de: 'elise@univ.example', nom: 'Élise Martin', objet: 'Pièces à déposer, releve', piece: 'releve.pdf',
    texte: `Bonjour,\n\nQue manque-t-il à mon dossier ? Je vous envoie mon relevé de notes en pièce jointe.\n\nCordialement,\nÉlise Martin\n\nLe 3 mars 2027, Candidature a écrit :\n> Votre dossier est ouvert.\n` });
  ids.inconnu = await ecrire(agent, { de: 'quelqu.un@ailleurs.example', nom: 'Quelqu’un', objet: 'Mon dossier', prouve: false,
    texte: `Bonjour, je suis le candidat ${elle.numero}. Où en est mon dossier ? Merci de me répondre à cette adresse.\n` });
  await ecrire(agent, { de: 'parent@ailleurs.example', nom: 'Un parent', objet: 'Dernier jour !', texte: 'Bonjour, la clôture est ce soir et rien ne marche, c’est très urgent, ma fille est désespérée. Que faire ?\n' });
  await ecrire(agent, { de: 'paul@ailleurs.example', nom: 'Paul', objet: 'Lien expiré', texte: 'Bonjour,\nJ’ai voulu cliquer sur le lien de validation ce matin mais un message m’indique qu’il a expiré. Pouvez-vous m’en envoyer un autre ?\nMerci\n' });
  for (const [genre, ecran, faire] of [
    ['support-ordinateur', BUREAU, async (page, contexte) => bureau(page, await (await navigateur.newContext({ locale: 'fr-FR', ...BUREAU })).newPage(), ids)],
    ['support-telephone-320', TELEPHONE, async (page) => telephone(page, ids)],
    ['demandes-ordinateur', BUREAU, async (page) => candidate(page, elle, agent, 'ordinateur', 'fr')],
    ['demandes-telephone-320', TELEPHONE, async (page) => candidate(page, elle, agent, 'telephone-320', 'en')],
    ['demandes-injoignable', BUREAU, async (page) => injoignable(page, lui, 'ordinateur')],
    ['demandes-injoignable-320', TELEPHONE, async (page) => injoignable(page, lui, 'telephone-320')],
  ]) {
    const contexte = await navigateur.newContext({ locale: 'fr-FR', ...ecran });
    contexte.setDefaultTimeout(30_000);
    const page = await contexte.newPage();
    page.on('pageerror', (e) => { echec ??= e; });
    try {
      await faire(page, contexte);
    } catch (erreur) {
      console.error(`${genre} at ${page.url()}`);
      await page.screenshot({ path: join(racine, 'target', `echec-${genre}.png`), fullPage: true });
      throw erreur;
    }
    await contexte.close();
    console.log(`browser: ${genre}, every page clean`);
  }
} catch (erreur) {
  echec = erreur;
} finally {
  await navigateur.close();
  await arreter();
}
if (echec) console.error(echec);
process.exit(echec ? 1 : 0);
