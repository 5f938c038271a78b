// A server of its own, a browser, and a person who looks at every page: axe, no sideways scroll, a picture.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const racine = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const outils = process.env.OUTILS ?? join(racine, 'target/outils');
const exiger = createRequire(join(outils, 'package.json'));
const { chromium } = exiger('playwright-core');
const axe = readFileSync(exiger.resolve('axe-core/axe.min.js'), 'utf8');
const captures = resolve(racine, process.env.CAPTURES ?? 'target/captures');
mkdirSync(captures, { recursive: true });

/** The pictures of the README, made when IMAGES names their folder. */
const IMAGES = {
  'ordinateur-1-accueil': 'ordinateur-accueil',
  'ordinateur-18-dossier': 'ordinateur-dossier',
  'telephone-390-19-dossier-pret': 'telephone-dossier-complet',
  'clavier-nuit-14-profil': 'nuit-profil',
  'gestion-ordinateur-1-liste': 'gestion-liste',
  'campagne-2-refus': 'gestion-examen',
};

/** Starts the demo on a port of its own. */
export async function demarrer() {
  const donnees = mkdtempSync(join(tmpdir(), 'postule-e2e-'));
  const binaire = process.env.POSTULE ?? join(racine, 'target/debug/postule');
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
  const arreter = async () => {
    serveur.removeAllListeners('exit');
    serveur.kill('SIGINT');
    await new Promise((fini) => { serveur.on('exit', fini); });
    rmSync(donnees, { recursive: true, force: true });
  };
  return { adresse, arreter, donnees };
}

export const ouvrirNavigateur = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** What axe finds on a page. Asked for by a key, the next page may come while it looks: then that one is looked at. */
async function violations(page, encore = true) {
  // The policy of our own pages forbids scripts of others: axe is run through the debugger, which it does not bind.
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Runtime.evaluate', { expression: axe });
    const { result } = await session.send('Runtime.evaluate', {
      expression: 'axe.run().then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join(" | "))))',
      awaitPromise: true,
    });
    return JSON.parse(result.value);
  } catch (e) {
    if (!encore || !/navigated/.test(e.message)) throw e;
    await page.waitForLoadState();
    return violations(page, false);
  } finally {
    await session.detach().catch(() => {});
  }
}

/** Looks at a page: nothing for axe to find, no sideways scroll, the right language, a picture. */
export async function regarder(page, nom, langue) {
  assert.deepEqual(await violations(page), [], `axe on « ${nom} »`);
  const etroit = await page.evaluate(() => {
    const large = document.documentElement.clientWidth;
    const trop = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > large + 1 && !e.closest('.lu, .saut'));
    return document.documentElement.scrollWidth > large ? trop.map((e) => e.outerHTML.slice(0, 120)) : [];
  }).catch(() => []);
  assert.deepEqual(etroit, [], `« ${nom} » scrolls sideways`);
  assert.equal(await page.locator('html').getAttribute('lang'), langue, `« ${nom} » is in the wrong language`);
  await page.screenshot({ path: join(captures, `${nom}.png`), fullPage: true });
  if (process.env.IMAGES && IMAGES[nom]) await page.screenshot({ path: join(resolve(racine, process.env.IMAGES), `${IMAGES[nom]}.png`) });
}
