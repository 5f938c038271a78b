// The candidate's whole journey: on a desktop, on a phone, without JavaScript, by keyboard only, in English.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { demarrer, ouvrirNavigateur, racine, regarder } from './outils.mjs';

const PDF = join(racine, 'src/demo/fichiers/demande-vapp.pdf');
const MOT_DE_PASSE = 'Motdepasse1@';
const MOTS = {
  fr: {
    compte: 'Créer un compte', creer: 'Créer mon compte', corriger: /à corriger/, parti: 'Un mail vient de partir', valider: 'Valider mon compte',
    valide: 'Votre compte est validé', connecter: 'Se connecter', suivant: 'Suivant', continuer: 'Oui, continuer', enregistrer: 'Enregistrer',
    complet: 'Votre profil est complet', ajouter: 'Ajouter une ligne', candidater: /^Candidater/, ouvrir: 'Oui, ouvrir un dossier',
    attendue: 'Attendue', concerne: 'Je ne suis pas concerné', certifier: /^Certifier/, deposer: /^Déposer/, choisir: /^Choisir un fichier/,
    pieces: 'Toutes les pièces sont là', transmettre: 'Transmettre ma candidature', oui: 'Oui, transmettre', transmis: 'Réceptionné',
    cestmoi: "Oui, c'est moi", candidatures: 'Mes candidatures', moi: 'Mon compte', bac: "J'ai le bac ou une équivalence", filtre: 'informatique',
  },
  en: {
    compte: 'Create an account', creer: 'Create my account', corriger: /to correct/, parti: 'A mail is on its way', valider: 'Validate my account',
    valide: 'Your account is validated', connecter: 'Log in', suivant: 'Next', continuer: 'Yes, go on', enregistrer: 'Save',
    complet: 'Your profile is complete', ajouter: 'Add a line', candidater: /^Apply/, ouvrir: 'Yes, open an application',
    attendue: 'Awaited', concerne: 'This does not apply to me', certifier: /^Certify/, deposer: /^Hand in/, choisir: /^Choose a file/,
    pieces: 'All documents are in', transmettre: 'Transmit my application', oui: 'Yes, transmit', transmis: 'Received',
    cestmoi: 'Yes, this is me', candidatures: 'My applications', moi: 'My account', bac: 'I have the bac or an equivalent', filtre: 'informatique',
  },
};

/** One person at one screen, with the mouse or by keyboard only. */
class Personne {
  constructor(page, { genre, adresse, langue = 'fr', clavier = false, script = true, connu = false }) {
    Object.assign(this, { page, genre, adresse, langue, clavier, script, connu, m: MOTS[langue], mail: `${genre}@univ.example` });
    // Answered all along: a listener for each choice switches the answering on and off, which is a race with the key.
    if (clavier) page.on('filechooser', (choix) => choix.setFiles(PDF));
  }

  vu(nom) { return regarder(this.page, `${this.genre}-${nom}`, this.langue); }

  /** Tabs on until the element has the focus, and that focus can be seen. */
  async atteindre(element) {
    for (let pas = 0; pas < 150; pas++) {
      if (await element.evaluate((e) => e === document.activeElement).catch(() => false)) return;
      await this.page.keyboard.press('Tab');
    }
    assert.fail(`the keyboard does not reach ${element}`);
  }

  async presser(role, nom) {
    const element = this.page.getByRole(role, { name: nom, exact: typeof nom === 'string' }).first();
    await element.waitFor();
    if (!this.clavier) return element.click();
    await this.atteindre(element);
    return this.page.keyboard.press('Enter');
  }

  async remplir(champs) {
    for (const [nom, valeur] of Object.entries(champs)) {
      const champ = this.page.locator(`main [name="${nom}"]:not([type=hidden])`).first();
      if (this.clavier) await this.atteindre(champ);
      if (await champ.evaluate((e) => e.tagName) === 'SELECT') await champ.selectOption(valeur);
      else if (this.clavier && await champ.getAttribute('type') !== 'date') {
        await this.page.keyboard.press('Control+A');
        await this.page.keyboard.type(valeur);
      } else await champ.fill(valeur);
    }
  }

  async inscrire() {
    const { page, m, mail } = this;
    await page.goto(this.adresse);
    await this.vu('1-accueil');
    await this.presser('link', m.compte);
    if (this.script) {
      await this.remplir({ mot_de_passe: 'court' });
      await page.locator('[name=mot_de_passe_confirmation]').focus();
      assert.equal(await page.locator('.regles .enfreinte').count(), 4, 'G02: each broken rule is named at once');
    }
    await this.presser('button', m.creer);
    await page.getByText(m.corriger).waitFor();
    await this.vu('2-inscription-fautes');
    await this.remplir({ nom: 'Martin', prenom: 'Élise', mail, mail_confirmation: mail, mot_de_passe: MOT_DE_PASSE, mot_de_passe_confirmation: MOT_DE_PASSE });
    await this.presser('button', m.creer);
    await page.getByText(m.parti).waitFor();
    await this.vu('3-mail-parti');
    await page.goto(await this.lien());
    await this.vu('4-validation');
    await this.presser('button', m.valider);
    await page.getByText(m.valide).waitFor();
    await this.vu('5-valide');
    await page.locator('main').getByRole('link', { name: m.connecter }).click();
    await this.vu('6-connexion');
    await this.remplir({ identifiant: mail, mot_de_passe: MOT_DE_PASSE });
    await this.presser('button', m.connecter);
    await page.waitForURL('**/profil');
    await this.vu('7-profil-vide');
  }

  async lien() {
    for (let essai = 0; essai < 100; essai++) {
      await this.page.goto(`${this.adresse}/demo/boite`);
      const lien = this.page.locator('article', { hasText: this.mail }).locator('a').first();
      if (await lien.count()) return lien.getAttribute('href');
      await this.page.waitForTimeout(100);
    }
    return assert.fail('no mail came');
  }

  async profil() {
    const { page, m } = this;
    await page.goto(`${this.adresse}/profil/informations`);
    await this.vu('8-informations');
    await this.remplir({ nationalite: 'FRA', ine: '123456789AB', date_naissance: '2004-05-06' });
    await this.presser('button', m.suivant);
    await page.getByRole('button', { name: m.continuer }).waitFor();
    await this.vu('9-question-ine');
    await this.presser('button', m.continuer);
    await this.remplir({ lieu_naissance: 'Valenciennes' });
    await this.vu('10-informations-suite');
    await this.presser('button', m.enregistrer);
    await page.waitForURL('**/profil');
    await page.goto(`${this.adresse}/profil/adresse`);
    await this.remplir({ ligne1: '1 rue de Mons', code_postal: '59300' });
    // The towns of the postal code: at once with the script, after the first try without it.
    if (this.script) await page.locator('select[name=commune]').waitFor();
    else await this.presser('button', m.enregistrer);
    await this.remplir({ commune: 'Valenciennes' });
    await this.vu('11-adresse');
    await this.presser('button', m.enregistrer);
    await page.waitForURL('**/profil');
    await page.goto(`${this.adresse}/profil/baccalaureat`);
    const avec = page.getByRole('radio', { name: m.bac });
    if (this.clavier) {
      await this.atteindre(avec);
      await page.keyboard.press('Space');
    } else await avec.check();
    await this.remplir({ annee: '2022' });
    if (!this.script) await this.presser('button', m.suivant);
    await this.remplir({ serie: 'GENERALE' });
    const maths = page.locator('[name=specialites][value=MATHS]');
    await maths.check();
    await this.remplir({ mention: 'B' });
    await this.vu('12-baccalaureat');
    await this.presser('button', m.enregistrer);
    await page.getByText(m.complet).waitFor();
    await page.goto(`${this.adresse}/profil/stages`);
    await this.remplir({ intitule: 'Développeuse', organisme: 'SNCF', debut: '2023-06', fin: '2023-08' });
    await this.presser('button', m.ajouter);
    await page.getByRole('heading', { name: 'Développeuse' }).waitFor();
    await this.vu('13-stages');
    await page.goto(`${this.adresse}/profil`);
    await this.vu('14-profil');
    await page.goto(`${this.adresse}/compte`);
    await this.vu('15-compte');
  }

  async candidater() {
    const { page, m } = this;
    await page.goto(`${this.adresse}/?filtre=${m.filtre}`);
    await this.vu('16-offre');
    await this.presser('link', m.candidater);
    await page.getByRole('button', { name: m.ouvrir }).waitFor();
    await this.vu('17-candidater');
    await this.presser('button', m.ouvrir);
    await page.waitForURL(/dossiers\/\w+/);
    await this.vu('18-dossier');
    const dossier = page.url().split('#')[0];
    for (;;) {
      const attendue = page.locator('.piece.a-faire').first();
      if (!(await attendue.count())) break;
      const code = await attendue.getAttribute('data-piece');
      if (await attendue.getByText(m.concerne).count()) await this.declarer(attendue);
      else await this.deposer(attendue);
      await page.locator(`#piece-${code}.fait`).waitFor();
    }
    await page.getByRole('heading', { name: m.pieces }).waitFor();
    await this.vu('19-dossier-pret');
    await this.presser('link', m.transmettre);
    await page.getByRole('button', { name: m.oui }).waitFor();
    await this.vu('20-transmettre');
    await this.presser('button', m.oui);
    await page.getByText(m.transmis, { exact: true }).first().waitFor();
    assert.equal(await page.locator('form[data-depot]').count(), 0, 'G30: nothing can be changed');
    assert.equal(page.url().split('#')[0], dossier);
    await this.vu('21-transmis');
    await page.goto(`${this.adresse}/dossiers`);
    await this.vu('22-candidatures');
  }

  async declarer(piece) {
    if (this.clavier) {
      await this.atteindre(piece.locator('summary'));
      await this.page.keyboard.press('Enter');
      await this.atteindre(piece.getByRole('checkbox'));
      await this.page.keyboard.press('Space');
    } else {
      await piece.locator('summary').click();
      await piece.getByRole('checkbox').check();
    }
    await this.presser('button', this.m.certifier);
  }

  async deposer(piece) {
    const champ = piece.locator('input[type=file]').first();
    if (this.clavier) {
      await this.atteindre(champ);
      await this.page.keyboard.press('Space');
    } else await champ.setInputFiles(PDF);
    if (!this.script) await piece.getByRole('button', { name: this.m.deposer }).click();
  }

  /** G13, G18: who the scolarité knows says so, and is done. */
  async connue() {
    const { page, m } = this;
    await page.goto(`${this.adresse}/profil/informations`);
    await this.remplir({ nationalite: 'FRA', ine: '1122334455F', date_naissance: '2005-02-14' });
    await this.presser('button', m.suivant);
    await page.getByText('12 rue de Famars').waitFor();
    await this.vu('23-est-ce-vous');
    await this.presser('button', m.cestmoi);
    await this.vu('24-informations-reprises');
    assert.equal(await page.locator('[name=lieu_naissance]').inputValue(), 'Maubeuge');
    await this.presser('button', m.enregistrer);
    await page.getByText(m.complet).waitFor();
    await page.goto(`${this.adresse}/profil/cursus-internes`);
    await page.getByRole('heading', { name: 'Licence 3 Informatique' }).waitFor();
    assert.equal(await page.locator('main form').count(), 0, 'G18: read-only');
    await this.vu('25-cursus-interne');
  }

  async tout() {
    await this.inscrire();
    if (this.connu) return this.connue();
    await this.profil();
    await this.candidater();
  }
}

const { adresse, arreter } = await demarrer();
const navigateur = await ouvrirNavigateur();
const telephone = (width) => ({ viewport: { width, height: 780 }, isMobile: true, hasTouch: true });
const ecrans = [
  [{ genre: 'ordinateur' }, { viewport: { width: 1280, height: 900 } }],
  [{ genre: 'telephone-390' }, telephone(390)],
  [{ genre: 'telephone-320-sans-script', script: false }, telephone(320)],
  [{ genre: 'connue-390', connu: true }, telephone(390)],
  [{ genre: 'clavier-nuit', clavier: true }, { viewport: { width: 1024, height: 800 }, colorScheme: 'dark' }],
  [{ genre: 'anglais', langue: 'en' }, { viewport: { width: 1280, height: 900 }, locale: 'en-GB' }],
];
let echec;
try {
  for (const [options, ecran] of ecrans.filter(([o]) => !process.argv[2] || o.genre.startsWith(process.argv[2]))) {
    const contexte = await navigateur.newContext({ locale: 'fr-FR', ...ecran });
    contexte.setDefaultTimeout(15_000);
    // The one script never comes: axe can still look at the pages, which it could not with scripts switched off.
    if (options.script === false) await contexte.route('**/*.js', (r) => r.abort());
    const page = await contexte.newPage();
    const dehors = [];
    page.on('request', (r) => { if (!r.url().startsWith(adresse)) dehors.push(r.url()); });
    page.on('pageerror', (e) => { echec ??= e; });
    try {
      await new Personne(page, { ...options, adresse }).tout();
    } catch (erreur) {
      console.error(`${options.genre} at ${page.url()}`);
      await page.screenshot({ path: join(racine, 'target', `echec-${options.genre}.png`), fullPage: true });
      throw erreur;
    }
    assert.deepEqual(dehors, [], 'Q43: nothing from elsewhere');
    await contexte.close();
    console.log(`browser: ${options.genre}, every page clean`);
  }
} catch (erreur) {
  echec = erreur;
} finally {
  await navigateur.close();
  await arreter();
}
if (echec) console.error(echec);
process.exit(echec ? 1 : 0);
