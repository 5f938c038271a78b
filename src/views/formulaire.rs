//! Forms: every fault is summed up at the top and named beside its field (Q42).

use askama::Template;
use domain::refus::FauteChamp;

use super::Lien;
use crate::textes::Textes;

/// Codes with their words.
pub(crate) type Choix = Vec<(String, String)>;

/// How a field is filled in.
#[derive(Clone, Debug)]
pub(crate) enum Genre {
    /// One line, of this input type.
    Ligne(&'static str),
    /// Several lines.
    Texte,
    /// One of a long list.
    Choix(Choix),
    /// One of a few.
    Boutons(Choix),
    /// Any number of a list.
    Cases(Choix),
}

impl Genre {
    /// Several controls under one name.
    const fn ensemble(&self) -> bool {
        matches!(self, Self::Boutons(_) | Self::Cases(_))
    }
}

/// One field.
#[derive(Clone, Debug, Template)]
#[template(path = "champ.html")]
pub(crate) struct Champ {
    t: Textes,
    nom: &'static str,
    id: String,
    libelle: String,
    genre: Genre,
    aide: String,
    /// The rules of a password: code for the script, words.
    regles: Vec<(&'static str, &'static str)>,
    remplissage: &'static str,
    facultatif: bool,
    /// Rows of a field of several lines.
    lignes: u8,
    /// Shown by the script only while another field has a value: `serie=GENERALE`.
    si: &'static str,
    /// A `data-` attribute for the script.
    donnee: &'static str,
    valeur: String,
    valeurs: Vec<String>,
    fautes: Vec<String>,
    /// The ids of what describes it, from the rest.
    decrit: String,
}

impl Champ {
    fn new(t: Textes, nom: &'static str, libelle: &str, genre: Genre) -> Self {
        Self {
            t,
            nom,
            id: nom.to_owned(),
            libelle: libelle.to_owned(),
            genre,
            aide: String::new(),
            regles: Vec::new(),
            remplissage: "",
            facultatif: false,
            lignes: 4,
            si: "",
            donnee: "",
            valeur: String::new(),
            valeurs: Vec::new(),
            fautes: Vec::new(),
            decrit: String::new(),
        }
    }

    /// One line, of an input type.
    pub(crate) fn ligne(t: Textes, nom: &'static str, libelle: &str, type_: &'static str) -> Self {
        Self::new(t, nom, libelle, Genre::Ligne(type_))
    }

    /// Several lines.
    pub(crate) fn texte(t: Textes, nom: &'static str, libelle: &str) -> Self {
        Self::new(t, nom, libelle, Genre::Texte)
    }

    /// One of a long list.
    pub(crate) fn choix(t: Textes, nom: &'static str, libelle: &str, choix: Choix) -> Self {
        Self::new(t, nom, libelle, Genre::Choix(choix))
    }

    /// One of a few.
    pub(crate) fn boutons(t: Textes, nom: &'static str, libelle: &str, choix: Choix) -> Self {
        Self::new(t, nom, libelle, Genre::Boutons(choix))
    }

    /// Any number of a list.
    pub(crate) fn cases(t: Textes, nom: &'static str, libelle: &str, choix: Choix) -> Self {
        Self::new(t, nom, libelle, Genre::Cases(choix))
    }

    /// Under which name it is sent.
    pub(crate) const fn nom(&self) -> &'static str {
        self.nom
    }

    pub(crate) fn aide(mut self, aide: &str) -> Self {
        aide.clone_into(&mut self.aide);
        self
    }

    pub(crate) fn regles(mut self, regles: Vec<(&'static str, &'static str)>) -> Self {
        self.regles = regles;
        self
    }

    /// The `autocomplete` token.
    pub(crate) fn remplissage(mut self, remplissage: &'static str) -> Self {
        self.remplissage = remplissage;
        self
    }

    pub(crate) fn facultatif(mut self) -> Self {
        self.facultatif = true;
        self
    }

    /// As many rows are shown at once.
    pub(crate) fn lignes(mut self, lignes: u8) -> Self {
        self.lignes = lignes;
        self
    }

    pub(crate) fn si(mut self, si: &'static str) -> Self {
        self.si = si;
        self
    }

    pub(crate) fn donnee(mut self, donnee: &'static str) -> Self {
        self.donnee = donnee;
        self
    }

    /// Its first value.
    pub(crate) fn valeur(mut self, valeur: &str) -> Self {
        valeur.clone_into(&mut self.valeur);
        self.valeurs = vec![self.valeur.clone()];
        self
    }

    fn secret(&self) -> bool {
        matches!(self.genre, Genre::Ligne("password"))
    }

    fn decrire(&mut self) {
        let notes = [
            (!self.aide.is_empty(), "aide"),
            (!self.regles.is_empty(), "regles"),
            (!self.fautes.is_empty(), "faute"),
        ];
        let notes = notes.into_iter().filter(|(la, _)| *la);
        let ids: Vec<String> = notes.map(|(_, n)| format!("{}-{n}", self.id)).collect();
        self.decrit = ids.join(" ");
    }
}

/// A form.
#[derive(Clone, Debug, Template)]
#[template(path = "formulaire.html")]
pub(crate) struct Formulaire {
    t: Textes,
    action: String,
    bouton: String,
    caches: Vec<(&'static str, String)>,
    champs: Vec<Champ>,
    fautes: Vec<(String, String)>,
    /// The way back, beside the button.
    retour: Option<Lien>,
    /// A second-rank button.
    discret: bool,
    /// Another button, with where it sends the same fields.
    second: Option<Lien>,
}

impl Formulaire {
    pub(crate) fn new(t: Textes, action: &str, bouton: &str, champs: Vec<Champ>) -> Self {
        let mut formulaire = Self {
            t,
            action: action.to_owned(),
            bouton: bouton.to_owned(),
            caches: Vec::new(),
            champs,
            fautes: Vec::new(),
            retour: None,
            discret: false,
            second: None,
        };
        formulaire.decrire();
        formulaire
    }

    fn decrire(&mut self) {
        self.champs.iter_mut().for_each(Champ::decrire);
    }

    /// A hidden field.
    pub(crate) fn cache(mut self, nom: &'static str, valeur: impl Into<String>) -> Self {
        self.caches.push((nom, valeur.into()));
        self
    }

    pub(crate) fn retour(mut self, chemin: &str, texte: &str) -> Self {
        self.retour = Some(Lien::new(chemin, texte));
        self
    }

    /// Another button, which sends the same fields there.
    pub(crate) fn second(mut self, action: &str, texte: &str) -> Self {
        self.second = Some(Lien::new(action, texte));
        self
    }

    pub(crate) fn discret(mut self) -> Self {
        self.discret = true;
        self
    }

    /// Gives back what was typed, never a password.
    pub(crate) fn remplir(mut self, saisie: &[(String, String)]) -> Self {
        for champ in self.champs.iter_mut().filter(|c| !c.secret()) {
            let lues = saisie.iter().filter(|(nom, _)| nom == champ.nom);
            champ.valeurs = lues.map(|(_, valeur)| valeur.clone()).collect();
            champ.valeur = champ.valeurs.first().cloned().unwrap_or_default();
        }
        self
    }

    /// Says more beside some fields.
    #[must_use]
    pub(crate) fn aider(mut self, aides: &[(String, String)]) -> Self {
        for (nom, aide) in aides {
            if let Some(champ) = self.champs.iter_mut().find(|c| c.nom == nom) {
                champ.aide.clone_from(aide);
            }
        }
        self
    }

    /// Shows why it was refused: a sentence for the whole, or faults of fields.
    pub(crate) fn refuser(mut self, texte: &str, fautes: &[FauteChamp]) -> Self {
        if fautes.is_empty() {
            self.fautes.push((String::new(), texte.to_owned()));
        }
        for faute in fautes {
            let texte = faute.texte(self.t.langue()).to_owned();
            match self.champs.iter_mut().find(|c| c.nom == faute.champ) {
                Some(champ) => {
                    let ligne = format!("{} : {texte}", champ.libelle);
                    self.fautes.push((champ.id.clone(), ligne));
                    champ.fautes.push(texte);
                }
                None => self.fautes.push((String::new(), texte)),
            }
        }
        self.decrire();
        self
    }
}
