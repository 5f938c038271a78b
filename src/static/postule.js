// What a page can do more with a script: checks at once, uploads with progress, fields that follow one another.
// Everything works without it; the words come from the page.
'use strict';

const mots = document.body.dataset;
const MAX_OCTETS = 4 * 1024 * 1024;
/** The longest side of a picture made smaller, pixels. */
const COTE = 2400;
const $$ = (quoi, ou = document) => [...ou.querySelectorAll(quoi)];
const plat = (texte) => texte.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
const el = (nom, proprietes = {}, ...enfants) => {
  const element = Object.assign(document.createElement(nom), proprietes);
  element.append(...enfants);
  return element;
};

// ---- A summary of faults is read first.
document.querySelector('.alerte[tabindex]')?.focus();

// ---- A form is sent once, however often the button is pressed.
document.addEventListener('submit', (e) => {
  const bouton = e.submitter ?? e.target.querySelector('button');
  if (e.defaultPrevented || !bouton) return;
  if (bouton.getAttribute('aria-busy') === 'true') e.preventDefault();
  else bouton.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', () => $$('[aria-busy=true]').forEach((b) => b.removeAttribute('aria-busy')));

// ---- Faults beside their field, at once (G02).
function montrer(champ, texte) {
  const boite = champ.closest('.champ');
  if (!boite) return;
  const id = `${champ.id}-faute`;
  document.getElementById(id)?.remove();
  boite.classList.toggle('faute', texte !== '');
  champ.toggleAttribute('aria-invalid', texte !== '');
  if (texte) champ.setAttribute('aria-invalid', 'true');
  const decrit = (champ.getAttribute('aria-describedby') ?? '').split(' ').filter((d) => d && d !== id);
  if (texte) {
    champ.before(el('p', { className: 'raison', id, textContent: texte }));
    decrit.push(id);
  }
  if (decrit.length) champ.setAttribute('aria-describedby', decrit.join(' '));
  else champ.removeAttribute('aria-describedby');
}

const regles = {
  longueur: (m) => [...m].length >= 10,
  chiffre: (m) => /[0-9]/.test(m),
  minuscule: (m) => /\p{Ll}/u.test(m),
  majuscule: (m) => /\p{Lu}/u.test(m),
  special: (m) => /[@#$%^&+=]/.test(m),
  espace: (m) => !/\s/.test(m),
};

function verifierMotDePasse(champ, fini) {
  let bon = true;
  for (const li of $$('[data-regle]', champ.closest('.champ'))) {
    const tenue = champ.value !== '' && regles[li.dataset.regle](champ.value);
    bon &&= tenue;
    li.className = champ.value === '' ? '' : tenue ? 'tenue' : 'enfreinte';
  }
  const boite = champ.closest('.champ');
  boite.classList.toggle('faute', champ.value !== '' && !bon && (fini || boite.classList.contains('faute')));
  champ.setAttribute('aria-invalid', String(boite.classList.contains('faute')));
}

function faute(champ) {
  if (champ.value.trim() === '') return champ.required ? mots.manquant : '';
  if (champ.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(champ.value.trim())) return mots.mail;
  if (champ.dataset.egal) {
    const autre = champ.form.elements[champ.dataset.egal];
    const meme = champ.type === 'email' ? (v) => v.trim().toLowerCase() : (v) => v;
    if (autre && meme(autre.value) !== meme(champ.value)) return mots.different;
  }
  return '';
}

for (const champ of $$('.fiche input, .fiche select, .fiche textarea')) {
  if (['hidden', 'radio', 'checkbox', 'file'].includes(champ.type)) continue;
  if ('regles' in champ.dataset) {
    champ.addEventListener('input', () => verifierMotDePasse(champ, false));
    champ.addEventListener('blur', () => verifierMotDePasse(champ, true));
    continue;
  }
  // Not before it was touched, and never for a field that is left as it was found.
  champ.addEventListener('change', () => montrer(champ, faute(champ)));
  champ.addEventListener('input', () => {
    if (champ.getAttribute('aria-invalid') === 'true') montrer(champ, faute(champ));
  });
}

// ---- Fields that depend on another: data-si="serie=GENERALE" or "serie!=…".
function suivre() {
  for (const boite of $$('[data-si]')) {
    const [, nom, signe, valeur] = boite.dataset.si.match(/^(\w+)(!?=)(.*)$/);
    const lue = boite.closest('form').elements[nom]?.value ?? '';
    const visible = signe === '=' ? lue === valeur : lue !== valeur && lue !== '';
    boite.hidden = !visible;
    // What does not apply is not sent.
    $$('input, select, textarea', boite).forEach((c) => { c.disabled = !visible; });
  }
}
document.addEventListener('change', suivre);
suivre();

// ---- To the single sign-on with what was typed beside its button.
for (const form of $$('form[data-emporte]')) {
  form.addEventListener('submit', () => {
    for (const champ of $$('input[type=hidden]', form)) {
      const tape = document.querySelector(`.fiche input[name="${CSS.escape(champ.name)}"]:not([type=hidden], [type=password])`);
      if (tape) champ.value = tape.value;
    }
  });
}

// ---- The bac: the fields of a year come with the year (G17).
for (const annee of $$('[data-annee]')) {
  const form = annee.form;
  const actes = form.querySelector('.actes');
  let derniere = form.elements.etape.value === 'tout' ? annee.value : '';
  annee.addEventListener('input', async () => {
    const lue = annee.value.trim();
    if (!/^(19|20)\d\d$/.test(lue) || lue === derniere) return;
    derniere = lue;
    const reponse = await fetch(`/profil/baccalaureat/champs?annee=${lue}`);
    if (!reponse.ok || derniere !== lue) return;
    const gardees = new FormData(form);
    $$('.champ', form).filter((c) => c.dataset.si && !c.contains(annee)).forEach((c) => c.remove());
    actes.insertAdjacentHTML('beforebegin', await reponse.text());
    for (const [nom, valeur] of gardees) {
      const champ = form.elements[nom];
      if (champ?.tagName && champ.type !== 'hidden' && champ !== annee) champ.value = valeur;
    }
    form.elements.etape.value = 'tout';
    actes.querySelector('button').textContent = mots.enregistrer;
    suivre();
  });
}

// ---- The towns of a postal code (G16).
for (const code of $$('[data-communes]')) {
  const proposer = async () => {
    const form = code.form;
    const pays = form.elements.pays?.value;
    let champ = form.elements.commune;
    const noms = pays === 'FRA' && /^\d{5}$/.test(code.value.trim())
      ? await fetch(`/profil/adresse/communes?code_postal=${code.value.trim()}`).then((r) => r.json()).catch(() => [])
      : [];
    const nouveau = noms.length
      ? el('select', { required: true }, ...(noms.length > 1 ? [el('option', { value: '', textContent: mots.choisir })] : []),
        ...noms.map((nom) => el('option', { value: nom, textContent: nom, selected: plat(nom) === plat(champ.value) })))
      : el('input', { type: 'text', required: true, value: champ.value });
    if (nouveau.tagName === champ.tagName && champ.tagName === 'INPUT') return;
    for (const nom of ['id', 'name', 'aria-describedby', 'autocomplete']) {
      if (champ.hasAttribute(nom)) nouveau.setAttribute(nom, champ.getAttribute(nom));
    }
    champ.replaceWith(nouveau);
  };
  code.addEventListener('input', proposer);
  code.form.elements.pays?.addEventListener('change', proposer);
}

// ---- The offer follows the filter (G20).
for (const filtre of $$('[data-filtre]')) {
  const lignes = $$('.formations li').map((li) => [li, plat(`${li.querySelector('h3').textContent} ${li.dataset.mots ?? ''}`)]);
  const vide = document.querySelector('[data-vide]');
  filtre.addEventListener('input', () => {
    const cherches = plat(filtre.value).split(/\s+/).filter(Boolean);
    for (const [li, texte] of lignes) li.hidden = !cherches.every((mot) => texte.includes(mot));
    for (const groupe of $$('.composante details')) {
      const reste = $$('li:not([hidden])', groupe).length;
      groupe.hidden = reste === 0;
      groupe.querySelector('.compte').textContent = reste;
      groupe.open = cherches.length > 0;
    }
    for (const section of $$('.composante')) section.hidden = !section.querySelector('details:not([hidden])');
    vide.textContent = lignes.some(([li]) => !li.hidden) ? '' : mots.aucune;
  });
}

// ---- Uploads: chosen, dropped or photographed, with progress, several at once (Q40).
async function reduire(fichier) {
  if (fichier.size <= MAX_OCTETS || !/^image\/(jpeg|png|webp|heic)/.test(fichier.type)) return fichier;
  try {
    const image = await createImageBitmap(fichier);
    const echelle = Math.min(1, COTE / Math.max(image.width, image.height));
    const toile = el('canvas', { width: Math.round(image.width * echelle), height: Math.round(image.height * echelle) });
    toile.getContext('2d').drawImage(image, 0, 0, toile.width, toile.height);
    const petit = await new Promise((fait) => { toile.toBlob(fait, 'image/jpeg', 0.85); });
    return new File([petit], fichier.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' });
  } catch {
    return fichier;
  }
}

/** The page as the server now shows it, for the piece and the summary; focus stays where the person is. */
function rafraichir(html, code) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const id of ['resume', 'pieces', `piece-${code}`]) {
    const [ancien, nouveau] = [document.getElementById(id), page.getElementById(id)];
    if (ancien && nouveau) ancien.replaceWith(document.adoptNode(nouveau));
  }
  preparerDepots();
  return page;
}

async function actionFraiche(action) {
  // After another log-in the proof of this page is an old one: the page has a new one.
  const page = await fetch(location.href).then((r) => r.text());
  const chemin = action.split('?')[0];
  const forms = $$('form[data-depot]', new DOMParser().parseFromString(page, 'text/html'));
  return forms.map((f) => f.getAttribute('action')).find((a) => a.split('?')[0] === chemin) ?? action;
}

function deposer(form, original) {
  const code = form.closest('[data-piece]').dataset.piece;
  const dire = (texte, reessai) => {
    form.querySelector('.raison')?.remove();
    form.querySelector('progress')?.remove();
    form.querySelector('.envoi')?.remove();
    if (!texte) return;
    const raison = el('p', { className: 'raison', textContent: texte });
    raison.setAttribute('role', 'alert');
    if (reessai) raison.append(' ', el('button', { type: 'button', className: 'second petit', textContent: mots.reessayer, onclick: reessai }));
    form.prepend(raison);
  };
  return reduire(original).then((fichier) => new Promise((fini) => {
    if (fichier.size > MAX_OCTETS) { dire(mots.tropGros); fini(); return; }
    const progres = el('progress', { max: 1, value: 0 });
    progres.setAttribute('aria-label', `${mots.envoi} ${fichier.name}`);
    const envoi = el('p', { className: 'envoi discret', textContent: `${mots.envoi} ${fichier.name}` });
    envoi.setAttribute('role', 'status');
    dire('');
    form.append(envoi, progres);
    const requete = new XMLHttpRequest();
    requete.open('POST', form.getAttribute('action'));
    requete.upload.onprogress = (e) => { if (e.lengthComputable) progres.value = e.loaded / e.total; };
    const reessayer = async () => {
      form.setAttribute('action', await actionFraiche(form.getAttribute('action')).catch(() => form.getAttribute('action')));
      deposer(form, original);
    };
    requete.onerror = () => { dire(mots.echec, reessayer); fini(); };
    requete.onload = () => {
      if (requete.status === 200) {
        rafraichir(requete.responseText, code);
        document.getElementById(`piece-${code}`)?.querySelector('.fichier a')?.focus();
        annoncer(`${mots.depose} ${fichier.name}`);
      } else if (requete.status === 401) dire(mots.session, reessayer);
      else {
        const page = new DOMParser().parseFromString(requete.responseText, 'text/html');
        const textes = $$('.alerte li', page).map((li) => li.textContent);
        dire(textes.join(' ') || page.querySelector('.alerte p')?.textContent || mots.echec, requete.status >= 500 && reessayer);
      }
      fini();
    };
    const corps = new FormData();
    corps.append('fichier', fichier, fichier.name);
    requete.send(corps);
  }));
}

const voix = el('p', { className: 'lu' });
voix.setAttribute('role', 'status');
document.body.append(voix);
function annoncer(texte) { voix.textContent = texte; }

function preparerDepots() {
  for (const form of $$('form[data-depot]:not(.glisse)')) {
    form.classList.add('glisse');
    const champ = form.querySelector('input[type=file]');
    const etiquette = form.querySelector('label');
    form.querySelector('button').remove();
    champ.classList.add('lu');
    champ.multiple = true;
    etiquette.classList.add('bouton', 'second');
    const rangee = el('div', { className: 'choix-fichier' });
    etiquette.replaceWith(rangee);
    rangee.append(etiquette);
    if (matchMedia('(pointer: coarse)').matches) {
      const photo = el('input', { type: 'file', accept: 'image/*', className: 'lu', id: `${champ.id}-photo` });
      photo.setAttribute('capture', 'environment');
      const nom = el('label', { htmlFor: photo.id, className: 'bouton second', textContent: mots.photo });
      nom.append(el('span', { className: 'lu', textContent: ` ${form.closest('[data-piece]').querySelector('h3').textContent}` }));
      rangee.append(nom, photo);
      photo.onchange = () => recevoir(form, photo.files);
      for (const [c, l] of [[photo, nom]]) relierFocus(c, l);
    } else rangee.append(el('span', { className: 'discret', textContent: mots.glisser }));
    relierFocus(champ, etiquette);
    champ.onchange = () => recevoir(form, champ.files);
    form.ondragover = (e) => { e.preventDefault(); form.classList.add('survol'); };
    form.ondragleave = () => form.classList.remove('survol');
    form.ondrop = (e) => { e.preventDefault(); form.classList.remove('survol'); recevoir(form, e.dataTransfer.files); };
  }
}

/** A hidden file field shows its focus on its label. */
function relierFocus(champ, etiquette) {
  champ.addEventListener('focus', () => etiquette.classList.add('vise'));
  champ.addEventListener('blur', () => etiquette.classList.remove('vise'));
}

/** The first file is for this piece; others go to the pieces still awaited whose names are nearest, after a question. */
function recevoir(form, fichiers) {
  const [premier, ...autres] = fichiers;
  if (!premier) return;
  if (!autres.length) { deposer(form, premier); return; }
  const attendues = $$('[data-piece].a-faire form[data-depot]');
  const libres = [form, ...attendues.filter((f) => f !== form)];
  const dialogue = el('dialog', { className: 'carte' });
  const lignes = [...fichiers].slice(0, libres.length).map((fichier, rang) => {
    const choix = el('select', {}, el('option', { value: '', textContent: '–' }), ...libres.map((f, i) =>
      el('option', { value: i, textContent: f.closest('[data-piece]').querySelector('h3').textContent, selected: i === rang })));
    return [fichier, choix, el('label', {}, fichier.name, choix)];
  });
  const fermer = () => dialogue.remove();
  const envoyer = () => {
    for (const [fichier, choix] of lignes) if (choix.value !== '') deposer(libres[choix.value], fichier);
    fermer();
  };
  dialogue.append(el('h2', { textContent: mots.plusieurs }), ...lignes.map((l) => l[2]),
    el('p', { className: 'actes' }, el('button', { type: 'button', textContent: mots.deposer, onclick: envoyer }),
      el('button', { type: 'button', className: 'second', textContent: mots.annuler, onclick: fermer })));
  document.body.append(dialogue);
  dialogue.onclose = fermer;
  dialogue.showModal();
}

// A file dropped beside its place must not replace the page.
for (const nom of ['dragover', 'drop']) addEventListener(nom, (e) => { if (e.dataTransfer?.types.includes('Files')) e.preventDefault(); });
preparerDepots();

// ---- Staff: all rows at once, a ready comment, keys.
for (const tout of $$('[data-tout]')) {
  tout.hidden = false;
  tout.addEventListener('change', () => {
    $$('input[name=dossier]', tout.form).forEach((c) => { c.checked = tout.checked; });
  });
}
for (const modele of $$('[data-modele]')) {
  const champ = document.getElementById(modele.dataset.modele);
  modele.addEventListener('change', () => {
    if (!modele.value) return;
    champ.value = champ.value.trim() ? `${champ.value.trim()}\n${modele.value}` : modele.value;
    modele.value = '';
    champ.focus();
  });
}
const touches = document.querySelector('[data-touches]');
if (touches) {
  touches.disabled = false;
  touches.checked = localStorage.getItem('touches') !== 'non';
  touches.addEventListener('change', () => localStorage.setItem('touches', touches.checked ? 'oui' : 'non'));
  document.addEventListener('keydown', (e) => {
    if (!touches.checked || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, select, textarea')) return;
    const cible = document.querySelector(`[data-touche="${CSS.escape(e.key)}"]`);
    if (!cible) return;
    e.preventDefault();
    if (cible.matches('textarea')) cible.focus();
    else cible.click();
    // A refusal begins with its words.
    if (cible.matches('summary') && cible.parentElement.open) cible.parentElement.querySelector('select, textarea')?.focus();
  });
}
