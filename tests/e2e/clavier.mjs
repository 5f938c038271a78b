// A person without a mouse: Tab, Enter, Space, arrows and the keys of a page, and nothing else. Wherever the focus goes it is
// seen, on the screen, in the order of the page, and never on nothing.
import assert from 'node:assert/strict';

/** Stops before a page is held to go round in circles. */
const MAX_PAS = 400;

/** What holds the focus: whether it is seen and where it stands in the page. */
const ici = (page) => page.evaluate(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  // A hidden file field shows its focus on its label.
  const montre = e.matches('.lu') && e.id ? document.querySelector(`label[for="${CSS.escape(e.id)}"]`) ?? e : e;
  const [dessin, boite] = [getComputedStyle(montre), montre.getBoundingClientRect()];
  const trait = parseFloat(dessin.outlineWidth) >= 2 && dessin.outlineStyle !== 'none';
  const tout = [...document.querySelectorAll('*')];
  return {
    quoi: e.outerHTML.slice(0, 120),
    trait,
    dans: boite.width > 0 && boite.bottom > 0 && boite.top < innerHeight && boite.right > 0 && boite.left < innerWidth,
    couvert: style.visibility === 'hidden',
    rang: tout.indexOf(e),
    tabindex: e.tabIndex,
  };
});

export class Clavier {
  constructor(page) { this.page = page; }

  /** One stop on: seen, and further down the page, or within the same field, as dates have several. */
  async pas() {
    const avant = await ici(this.page);
    await this.page.keyboard.press('Tab');
    const la = await ici(this.page);
    if (!la) return null;
    // The parts of a date show the focus as the browser draws them.
    if (avant?.rang !== la.rang) assert.ok(la.trait, `the focus is not seen on ${la.quoi}`);
    assert.ok(la.dans && !la.couvert, `the focus is off the screen on ${la.quoi}`);
    assert.ok(la.tabindex <= 0, `${la.quoi} has an order of its own`);
    if (avant) assert.ok(la.rang >= avant.rang || la.quoi.includes('class="saut"'), `the focus goes back: ${avant.quoi} then ${la.quoi}`);
    return la;
  }

  /** Tabs on until the element has the focus. */
  async vers(element) {
    await element.waitFor();
    for (let n = 0; n < MAX_PAS; n++) {
      if (await element.evaluate((e) => e === document.activeElement)) return;
      await this.pas();
    }
    assert.fail(`the keyboard does not reach ${element}`);
  }

  /** The first link of a page leads to what is its own. */
  async sauter() {
    await this.page.evaluate(() => { document.activeElement?.blur(); });
    const premier = await this.pas();
    assert.match(premier.quoi, /class="saut"/, 'the skip link comes first');
    await this.page.keyboard.press('Enter');
    const dedans = await this.pas();
    assert.ok(await this.page.evaluate(() => document.querySelector('main').contains(document.activeElement)), `the skip link leads to ${dedans?.quoi}`);
  }

  bouton(nom) { return this.page.getByRole('button', { name: nom, exact: typeof nom === 'string' }).first(); }

  lien(nom) { return this.page.getByRole('link', { name: nom, exact: typeof nom === 'string' }).first(); }

  async entrer(element) {
    await this.vers(element);
    await this.page.keyboard.press('Enter');
  }

  async cocher(element) {
    await this.vers(element);
    await this.page.keyboard.press('Space');
    assert.ok(await element.isChecked(), 'the space bar ticks it');
  }

  /** Types over what a field of the page holds. */
  async ecrire(nom, texte) {
    await this.vers(this.page.locator(`main [name="${nom}"]:not([type=hidden])`).first());
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(texte);
  }

  /** The first of January of a year, in the morning: the same keys wherever the browser puts day and month. */
  async dater(nom, an) {
    const champ = this.page.locator(`main [name="${nom}"]`).first();
    await this.vers(champ);
    await this.page.keyboard.type(`0101${an}`);
    if (await champ.getAttribute('type') === 'datetime-local') {
      await this.page.keyboard.press('Tab');
      await this.page.keyboard.type('1000AM');
    }
    assert.equal((await champ.inputValue()).slice(0, 10), `${an}-01-01`, 'the field takes a date by the keyboard');
  }

  /** An option of a list, by its first letters. */
  async choisir(nom, lettres, valeur) {
    const champ = this.page.locator(`main [name="${nom}"]`).first();
    await this.vers(champ);
    await this.page.keyboard.type(lettres);
    assert.equal(await champ.inputValue(), valeur);
  }

  /** After a form with faults: their summary has the focus, and each line of it leads to its field. */
  async faute(nom) {
    const page = this.page;
    await page.locator('.alerte[role=alert]').waitFor();
    assert.ok(await page.evaluate(() => document.activeElement.matches('.alerte')), 'the summary of faults is read first');
    await this.entrer(page.locator(`.alerte a[href="#${nom}"]`).first());
    const champ = page.locator(`#${nom}`);
    assert.ok(await champ.evaluate((e) => e === document.activeElement), `the fault leads to ${nom}`);
    assert.equal(await champ.getAttribute('aria-invalid'), 'true');
    const dit = await champ.evaluate((e) => (e.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' '));
    assert.ok(dit.trim(), 'the field says what is wrong with it');
  }
}
