//! Whether a change of the campaign may be made: every fault of every definition at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Span, Timestamp};

use super::{
    Campagne, Catalogue, Cle, Commission, Evenement, Formation, MAX_HTML, MAX_OBJET, MAX_TEXTE,
    Modele, Texte, TexteMail,
};
use crate::ids::FormationCode;
use crate::refus::FauteChamp;

/// Characters of a code.
const MAX_CODE: usize = 50;
/// Characters of a label.
const MAX_LIBELLE: usize = 300;

/// What the rules need to know beside the campaign.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The time; none for the operator's file, which may be imported again long after its dates.
    pub maintenant: Option<Timestamp>,
    /// How many dossiers there are for a formation.
    pub dossiers: &'a BTreeMap<FormationCode, u64>,
}

/// One fault of one definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FauteCampagne {
    /// Of which.
    pub cle: Cle,
    /// What is wrong, in which field.
    pub faute: FauteChamp,
}

/// What the changes come to: those that change something, in order.
///
/// # Errors
/// Every fault; nothing changes then.
pub fn decide(
    avant: &Catalogue,
    changements: &[Evenement],
    facts: Facts<'_>,
) -> Result<Vec<Evenement>, Vec<FauteCampagne>> {
    let mut apres = avant.clone();
    changements.iter().cloned().for_each(|e| apres.evolve(e));
    let mut controle = Controle {
        avant,
        apres: &apres,
        facts,
        ici: None,
        fautes: Vec::new(),
    };
    let mut vues = BTreeSet::new();
    for changement in changements {
        let cle = changement.cle();
        controle.ici = Some(cle.clone());
        if !vues.insert((
            cle,
            matches!(changement, Evenement::CampagneArchivee { .. }),
        )) {
            controle.doublon();
        }
        controle.definition(changement);
    }
    if controle.fautes.is_empty() {
        return Ok(changements
            .iter()
            .filter(|e| avant.change(e))
            .cloned()
            .collect());
    }
    Err(controle.fautes)
}

struct Controle<'a> {
    avant: &'a Catalogue,
    apres: &'a Catalogue,
    facts: Facts<'a>,
    ici: Option<Cle>,
    fautes: Vec<FauteCampagne>,
}

impl Controle<'_> {
    fn faute(&mut self, champ: &str, code: &str, fr: &str, en: &str) {
        let Some(cle) = self.ici.clone() else { return };
        let faute = FauteChamp::new(champ, code, fr, en);
        self.fautes.push(FauteCampagne { cle, faute });
    }

    fn doublon(&mut self) {
        let code = self
            .ici
            .as_ref()
            .map(Cle::code)
            .unwrap_or_default()
            .to_owned();
        self.faute(
            "code",
            "doublon",
            &format!("Le code « {code} » est défini deux fois."),
            &format!("The code “{code}” is defined twice."),
        );
    }

    fn definition(&mut self, changement: &Evenement) {
        if !matches!(changement, Evenement::Retiree(_)) {
            self.code(changement.cle().code());
        }
        match changement {
            Evenement::CampagneParametree(c) => self.campagne(c),
            Evenement::CampagneArchivee { code, .. } => self.archivage(code.as_str()),
            Evenement::CentreDefini(v) => self.libelle("libelle", &v.libelle),
            Evenement::ComposanteDefinie(v) => self.libelle("libelle", &v.libelle),
            Evenement::PieceDefinie(v) => self.libelle("libelle", &v.libelle),
            Evenement::MotifDefini(v) => self.libelle("libelle", &v.libelle),
            Evenement::CommissionDefinie(v) => self.commission(v),
            Evenement::FormationDefinie(v) => self.formation(v),
            Evenement::MailRedige(v) => self.mail(v),
            Evenement::Retiree(cle) => self.retrait(cle),
        }
    }

    fn code(&mut self, code: &str) {
        let permis = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if code.is_empty() || code.len() > MAX_CODE || !code.chars().all(permis) {
            self.faute(
                "code",
                "code_invalide",
                &format!("Le code « {code} » doit avoir 1 à {MAX_CODE} lettres sans accent, chiffres, - _ ou point."),
                &format!("The code “{code}” must have 1 to {MAX_CODE} plain letters, digits, - _ or full stops."),
            );
        }
    }

    fn libelle(&mut self, champ: &str, texte: &Texte) {
        if texte.fr.trim().is_empty() {
            self.manquant(champ);
        }
        self.longueur(champ, &texte.fr, MAX_LIBELLE);
        if texte.fr.chars().count() <= MAX_LIBELLE {
            self.longueur(champ, texte.en.as_deref().unwrap_or_default(), MAX_LIBELLE);
        }
    }

    fn longueur(&mut self, champ: &str, texte: &str, au_plus: usize) {
        if texte.chars().count() > au_plus {
            self.faute(
                champ,
                "trop_long",
                &format!("Au plus {au_plus} caractères."),
                &format!("At most {au_plus} characters."),
            );
        }
    }

    fn mail(&mut self, mail: &TexteMail) {
        let modele = mail.code.modele().map(|(modele, _)| modele);
        if modele.is_none() {
            self.faute(
                "code",
                "mail_inconnu",
                &format!("« {} » n'est le texte d'aucun mail.", mail.code),
                &format!("“{}” is the text of no mail.", mail.code),
            );
        }
        if mail.objet.chars().any(char::is_control) {
            self.faute(
                "objet",
                "une_ligne",
                "L'objet tient sur une ligne.",
                "The subject is one line.",
            );
        }
        if modele.is_none_or(Modele::a_un_objet) {
            if mail.objet.trim().is_empty() {
                self.manquant("objet");
            }
        } else if !mail.objet.is_empty() {
            self.faute(
                "objet",
                "sans_objet",
                "Ce texte n'a pas d'objet à lui.",
                "This text has no subject of its own.",
            );
        }
        if mail.texte.trim().is_empty() {
            self.manquant("texte");
        }
        if mail.html.is_some() && !modele.is_none_or(Modele::a_une_page) {
            self.faute(
                "html",
                "sans_page",
                "Cette réponse n'a pas de page HTML à elle.",
                "This answer has no HTML page of its own.",
            );
        }
        self.longueur("objet", &mail.objet, MAX_OBJET);
        self.longueur("texte", &mail.texte, MAX_TEXTE);
        self.longueur("html", mail.html.as_deref().unwrap_or_default(), MAX_HTML);
    }

    fn manquant(&mut self, champ: &str) {
        self.faute(
            champ,
            "manquant",
            "Ce champ est à remplir.",
            "Please fill in this field.",
        );
    }

    fn campagne(&mut self, c: &Campagne) {
        self.libelle("libelle", &c.libelle);
        if c.ouverture >= c.fermeture {
            self.faute(
                "fermeture",
                "ordre_des_dates",
                "La fermeture doit suivre l'ouverture.",
                "The closing must come after the opening.",
            );
        }
        if c.max_dossiers == 0 {
            self.faute(
                "max_dossiers",
                "trop_petit",
                "Au moins un dossier par candidat.",
                "At least one application per candidate.",
            );
        }
        let en_cours = self.avant.campagne.as_ref();
        let autre = en_cours.is_some_and(|avant| avant.code != c.code);
        if autre && !self.avant_est_archivee() {
            self.faute(
                "code",
                "campagne_en_cours",
                "Une autre campagne est en cours : archivez-la d'abord, ou gardez son code.",
                "Another campaign is running: archive it first, or keep its code.",
            );
        }
        if self.avant.archives.contains_key(&c.code) {
            self.faute(
                "code",
                "campagne_archivee",
                "Ce code est celui d'une campagne archivée : choisissez-en un autre.",
                "This code is that of an archived campaign: choose another.",
            );
        }
    }

    /// Whether the changes archive the campaign that runs.
    fn avant_est_archivee(&self) -> bool {
        let code = self.avant.campagne.as_ref().map(|c| &c.code);
        code.is_none_or(|code| self.apres.archives.contains_key(code))
    }

    fn archivage(&mut self, code: &str) {
        let courante = self
            .avant
            .campagne
            .as_ref()
            .filter(|c| c.code.as_str() == code);
        let Some(courante) = courante else {
            self.faute(
                "code",
                "introuvable",
                "Cette campagne n'est pas en cours.",
                "This campaign is not running.",
            );
            return;
        };
        if self
            .facts
            .maintenant
            .is_some_and(|ici| ici <= courante.fermeture)
        {
            self.faute(
                "fermeture",
                "campagne_ouverte",
                "La campagne n'est pas encore fermée : fermez-la avant de l'archiver.",
                "The campaign is not closed yet: close it before archiving it.",
            );
        }
    }

    fn connu(&mut self, champ: &str, code: &str, connu: bool) {
        if !connu {
            self.faute(
                champ,
                "inconnu",
                &format!("« {code} » n'est défini nulle part dans la campagne."),
                &format!("“{code}” is defined nowhere in the campaign."),
            );
        }
    }

    fn commission(&mut self, c: &Commission) {
        self.libelle("libelle", &c.libelle);
        let connu = self.apres.centres.contains_key(&c.centre);
        self.connu("centre", c.centre.as_str(), connu);
        if let Some(mail) = &c.mail
            && !crate::formulaires::mail_plausible(mail)
        {
            self.faute(
                "mail",
                "mail_invalide",
                "Cette adresse mail n'est pas valable.",
                "This mail address is not valid.",
            );
        }
    }

    fn formation(&mut self, f: &Formation) {
        self.libelle("libelle", &f.libelle);
        if f.niveau.trim().is_empty() {
            self.manquant("niveau");
        }
        let apres = self.apres;
        self.connu(
            "composante",
            f.composante.as_str(),
            apres.composantes.contains_key(&f.composante),
        );
        self.connu(
            "centre",
            f.centre.as_str(),
            apres.centres.contains_key(&f.centre),
        );
        if let Some(code) = &f.commission {
            self.connu(
                "commission",
                code.as_str(),
                apres.commissions.contains_key(code),
            );
        }
        if f.pieces.is_empty() {
            self.faute(
                "pieces",
                "manquant",
                "La formation ne demande aucune pièce : choisissez-en au moins une.",
                "The programme asks for no document: choose at least one.",
            );
        }
        let mut vues = BTreeSet::new();
        for piece in &f.pieces {
            self.connu("pieces", piece.as_str(), apres.pieces.contains_key(piece));
            if !vues.insert(piece) {
                self.faute(
                    "pieces",
                    "doublon",
                    &format!("La pièce « {piece} » est demandée deux fois."),
                    &format!("The document “{piece}” is asked for twice."),
                );
            }
        }
        self.dates(f);
        self.delai("confirmation_delai", f.confirmation_delai.as_deref());
        self.delai("confirmation_lc_delai", f.confirmation_lc_delai.as_deref());
    }

    fn dates(&mut self, f: &Formation) {
        let ordre = [
            (
                f.candidature_debut > f.candidature_fin,
                "candidature_fin",
                "La fin des candidatures ne peut précéder leur début.",
                "Applications cannot end before they begin.",
            ),
            (
                f.candidature_fin > f.retour,
                "retour",
                "La date limite de retour ne peut précéder la fin des candidatures.",
                "The return date cannot come before the end of applications.",
            ),
            (
                f.confirmation.is_some_and(|c| f.retour > c),
                "confirmation",
                "La date limite de confirmation ne peut précéder celle de retour.",
                "The confirmation date cannot come before the return date.",
            ),
            (
                f.confirmation_lc.is_some_and(|c| f.retour > c),
                "confirmation_lc",
                "La date limite de confirmation de la liste complémentaire ne peut précéder celle de retour.",
                "The waiting list's confirmation date cannot come before the return date.",
            ),
        ];
        for (faux, champ, fr, en) in ordre {
            if faux {
                self.faute(champ, "ordre_des_dates", fr, en);
            }
        }
        self.passees(f);
    }

    /// A date that is set today must be ahead; one that stays as it was may have passed.
    fn passees(&mut self, f: &Formation) {
        let Some(maintenant) = self.facts.maintenant else {
            return;
        };
        let avant = self.avant.formations.get(&f.code);
        let dates = [
            (
                "candidature_fin",
                Some(f.candidature_fin),
                avant.map(|a| a.candidature_fin),
            ),
            ("retour", Some(f.retour), avant.map(|a| a.retour)),
            (
                "confirmation",
                f.confirmation,
                avant.and_then(|a| a.confirmation),
            ),
            (
                "confirmation_lc",
                f.confirmation_lc,
                avant.and_then(|a| a.confirmation_lc),
            ),
        ];
        for (champ, date, avant) in dates {
            if date != avant && date.is_some_and(|d| d < maintenant) {
                self.faute(
                    champ,
                    "date_passee",
                    "Cette date est déjà passée.",
                    "This date has already passed.",
                );
            }
        }
    }

    fn delai(&mut self, champ: &str, delai: Option<&str>) {
        let Some(delai) = delai else { return };
        match delai.parse::<Span>() {
            Err(_) => self.faute(
                champ,
                "duree_invalide",
                &format!("« {delai} » n'est pas une durée, comme 7 jours (P7D)."),
                &format!("“{delai}” is no duration, such as 7 days (P7D)."),
            ),
            // An offer that ends as it begins could be confirmed by nobody.
            Ok(duree) if !duree.is_positive() => self.faute(
                champ,
                "trop_petit",
                "Ce délai doit laisser du temps : au moins un jour, par exemple.",
                "This must leave some time: at least a day, for example.",
            ),
            Ok(_) => {}
        }
    }

    fn retrait(&mut self, cle: &Cle) {
        if !self.avant.cles().contains(cle) {
            self.faute(
                "code",
                "introuvable",
                "Cela n'existe pas dans la campagne.",
                "This does not exist in the campaign.",
            );
            return;
        }
        if let Cle::Formation(code) = cle {
            let combien = self.facts.dossiers.get(code).copied().unwrap_or_default();
            if combien > 0 {
                self.faute(
                    "code",
                    "a_des_dossiers",
                    &format!("Des dossiers sont ouverts dans cette formation ({combien}) : elle ne peut pas être retirée. Fermez ses candidatures en avançant leur fin."),
                    &format!("This programme has applications ({combien}): it cannot be removed. Close it by bringing the end of applications forward."),
                );
            }
        }
        let usages = usages(self.apres, cle);
        if !usages.is_empty() {
            let usages = usages.join(", ");
            self.faute(
                "code",
                "utilise",
                &format!("Encore utilisé par : {usages}. Changez-les d'abord."),
                &format!("Still used by: {usages}. Change those first."),
            );
        }
    }
}

/// The codes of what names a definition.
fn usages(apres: &Catalogue, cle: &Cle) -> Vec<String> {
    let nomme = |f: &Formation| match cle {
        Cle::Centre(code) => f.centre == *code,
        Cle::Composante(code) => f.composante == *code,
        Cle::Piece(code) => f.pieces.contains(code),
        Cle::Commission(code) => f.commission.as_ref() == Some(code),
        Cle::Campagne(_) | Cle::Motif(_) | Cle::Formation(_) | Cle::Mail(_) => false,
    };
    let formations = apres.formations.values().filter(|f| nomme(f));
    let commissions = apres
        .commissions
        .values()
        .filter(|c| matches!(cle, Cle::Centre(code) if c.centre == *code));
    formations
        .map(|f| f.code.to_string())
        .chain(commissions.map(|c| c.code.to_string()))
        .collect()
}
