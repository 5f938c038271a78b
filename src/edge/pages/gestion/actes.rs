//! What staff may do to dossiers from their pages: the acts, what each must be told, and the commands they come to.

use std::collections::BTreeSet;

use actors::protocol::Collegue;
use domain::campagne::Catalogue;
use domain::dossier::{Annotation, Commande};
use domain::formulaires::{AvisForm, ConvocationForm};
use domain::ids::PersonnelId;
use domain::personnel::droits::Pouvoir;
use domain::refus::{CodeRefus, FauteChamp, Refus};
use jiff::Timestamp;

use super::super::saisie::Saisie;
use crate::textes::{Dit, Textes};
use crate::views::{Champ, de_champ};

/// An act, under the name the API gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acte {
    Complet,
    Renvoi,
    Reprise,
    Reouverture,
    Avis,
    RetirerAvis,
    Validation,
    Assignation,
    Etiquettes,
    Echeances,
    Promotion,
    Confirmation,
    Desistement,
    Retablissement,
    Annulation,
}

impl Acte {
    /// In the order they are offered.
    pub(super) const TOUS: [Self; 15] = [
        Self::Complet,
        Self::Renvoi,
        Self::Reprise,
        Self::Reouverture,
        Self::Avis,
        Self::RetirerAvis,
        Self::Validation,
        Self::Assignation,
        Self::Etiquettes,
        Self::Echeances,
        Self::Promotion,
        Self::Confirmation,
        Self::Desistement,
        Self::Retablissement,
        Self::Annulation,
    ];

    pub(super) fn lire(saisie: &Saisie) -> Result<Self, CodeRefus> {
        let code = saisie.texte("acte").unwrap_or_default();
        let mut tous = Self::TOUS.into_iter();
        tous.find(|a| a.code() == code)
            .ok_or(CodeRefus::Introuvable)
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Complet => "complet",
            Self::Renvoi => "renvoi",
            Self::Reprise => "reprise",
            Self::Reouverture => "reouverture",
            Self::Avis => "avis",
            Self::RetirerAvis => "avis/saisie",
            Self::Validation => "avis/validation",
            Self::Assignation => "assignation",
            Self::Etiquettes => "etiquettes",
            Self::Echeances => "echeances",
            Self::Promotion => "promotion",
            Self::Confirmation => "confirmation",
            Self::Desistement => "desistement",
            Self::Retablissement => "retablissement",
            Self::Annulation => "annulation",
        }
    }

    pub(super) const fn texte(self, t: Textes) -> Dit {
        match self {
            Self::Complet => t.acte_complet(),
            Self::Renvoi => t.acte_renvoi(),
            Self::Reprise => t.acte_reprise(),
            Self::Reouverture => t.acte_reouverture(),
            Self::Avis => t.acte_avis(),
            Self::RetirerAvis => t.acte_retirer_avis(),
            Self::Validation => t.acte_validation(),
            Self::Assignation => t.acte_assignation(),
            Self::Etiquettes => t.acte_etiquettes(),
            Self::Echeances => t.acte_echeances(),
            Self::Promotion => t.acte_promotion(),
            Self::Confirmation => t.acte_confirmation(),
            Self::Desistement => t.acte_desistement(),
            Self::Retablissement => t.acte_retablissement(),
            Self::Annulation => t.acte_annulation(),
        }
    }

    /// Without it the act is not offered.
    pub(super) const fn pouvoir(self) -> Pouvoir {
        match self {
            Self::Complet | Self::Renvoi | Self::Reprise | Self::Reouverture => Pouvoir::Examiner,
            Self::Avis | Self::RetirerAvis => Pouvoir::SaisirAvis,
            Self::Validation => Pouvoir::ValiderAvis,
            Self::Assignation | Self::Etiquettes => Pouvoir::Annoter,
            Self::Echeances
            | Self::Promotion
            | Self::Confirmation
            | Self::Desistement
            | Self::Retablissement
            | Self::Annulation => Pouvoir::Conduire,
        }
    }

    /// The names of the fields it reads.
    pub(super) const fn parametres(self) -> &'static [&'static str] {
        match self {
            Self::Renvoi => &["retour"],
            Self::Avis => &[
                "avis",
                "rang",
                "motif",
                "convocation.le",
                "convocation.lieu",
                "convocation.consigne",
                "commentaire",
                "appel",
            ],
            Self::Assignation => &["assigne"],
            Self::Etiquettes => &["ajouter", "retirer"],
            Self::Echeances => &["retour", "confirmation"],
            Self::Retablissement => &["motif", "confirmation"],
            Self::Annulation => &["motif"],
            Self::Complet
            | Self::Reprise
            | Self::Reouverture
            | Self::RetirerAvis
            | Self::Validation
            | Self::Promotion
            | Self::Confirmation
            | Self::Desistement => &[],
        }
    }

    /// The fields to be filled in.
    pub(super) fn champs(
        self,
        t: Textes,
        catalogue: &Catalogue,
        collegues: &[Collegue],
        plusieurs: bool,
    ) -> Vec<Champ> {
        let date = |nom, libelle: Dit| Champ::ligne(t, nom, &libelle, "datetime-local");
        let motif = || Champ::texte(t, "motif", &t.champ_motif()).aide(&t.champ_motif_aide());
        match self {
            Self::Renvoi => vec![
                date("retour", t.champ_retour())
                    .aide(&t.champ_retour_aide())
                    .facultatif(),
            ],
            Self::Avis => champs_avis(t, catalogue, plusieurs),
            Self::Assignation => {
                let choix = collegues.iter().filter(|c| c.actif);
                let choix = choix.map(|c| (c.id.to_string(), c.nom.clone()));
                vec![
                    Champ::choix(t, "assigne", &t.champ_assigne(), choix.collect())
                        .aide(&t.champ_assigne_aide())
                        .facultatif(),
                ]
            }
            Self::Etiquettes => vec![
                Champ::ligne(t, "ajouter", &t.champ_ajouter(), "text")
                    .aide(&t.examen_etiquettes_aide())
                    .facultatif(),
                Champ::ligne(t, "retirer", &t.champ_retirer(), "text")
                    .aide(&t.examen_etiquettes_aide())
                    .facultatif(),
            ],
            Self::Echeances => vec![
                date("retour", t.date_retour()).facultatif(),
                date("confirmation", t.date_confirmation()).facultatif(),
            ],
            Self::Retablissement => vec![
                motif(),
                date("confirmation", t.date_confirmation()).facultatif(),
            ],
            Self::Annulation => vec![motif()],
            Self::Complet
            | Self::Reprise
            | Self::Reouverture
            | Self::RetirerAvis
            | Self::Validation
            | Self::Promotion
            | Self::Confirmation
            | Self::Desistement => Vec::new(),
        }
    }

    /// The command for the dossier at this place of the selection: ranks follow one another.
    pub(super) fn commande(self, saisie: &Saisie, place: usize) -> Result<Commande, Refus> {
        let mut fautes = Vec::new();
        let commande = match self {
            Self::Complet => Commande::DeclarerComplet,
            Self::Renvoi => Commande::Renvoyer {
                retour: instant(saisie, "retour", &mut fautes),
            },
            Self::Reprise => Commande::Reprendre,
            Self::Reouverture => Commande::Rouvrir,
            Self::Avis => {
                let form = avis(saisie, place, &mut fautes);
                Refus::si_fautes(std::mem::take(&mut fautes))?;
                Commande::SaisirAvis { avis: form.lire()? }
            }
            Self::RetirerAvis => Commande::RetirerAvis,
            Self::Validation => Commande::PublierAvis,
            Self::Assignation => Commande::Annoter {
                annotation: Annotation::Assignation {
                    a: saisie.texte("assigne").map(PersonnelId::new),
                },
            },
            Self::Etiquettes => Commande::Annoter {
                annotation: etiquettes(saisie, &mut fautes),
            },
            Self::Echeances => Commande::FixerEcheances {
                retour: instant(saisie, "retour", &mut fautes),
                confirmation: instant(saisie, "confirmation", &mut fautes),
            },
            Self::Promotion => Commande::Promouvoir,
            Self::Confirmation => Commande::Confirmer,
            Self::Desistement => Commande::SeDesister,
            Self::Retablissement => Commande::Retablir {
                motif: saisie.texte("motif").unwrap_or_default(),
                confirmation: instant(saisie, "confirmation", &mut fautes),
            },
            Self::Annulation => Commande::AnnulerParGestion {
                motif: saisie.texte("motif").unwrap_or_default(),
            },
        };
        Refus::si_fautes(fautes)?;
        Ok(commande)
    }
}

/// The labels to add and those to take away.
fn etiquettes(saisie: &Saisie, fautes: &mut Vec<FauteChamp>) -> Annotation {
    let lues = |champ| mots(&saisie.texte(champ).unwrap_or_default());
    let (ajouter, retirer) = (lues("ajouter"), lues("retirer"));
    if ajouter.is_empty() && retirer.is_empty() {
        fautes.push(FauteChamp::new(
            "ajouter",
            "manquant",
            "Donnez au moins une étiquette à ajouter ou à retirer.",
            "Give at least one label to add or to remove.",
        ));
    }
    Annotation::Etiqueter { ajouter, retirer }
}

/// Words between commas.
pub(super) fn mots(texte: &str) -> BTreeSet<String> {
    let mots = texte.split(',').map(str::trim);
    mots.filter(|m| !m.is_empty()).map(str::to_owned).collect()
}

fn champs_avis(t: Textes, catalogue: &Catalogue, plusieurs: bool) -> Vec<Champ> {
    let natures = NATURES.map(|code| (code.to_owned(), avis_dit(t, code).to_owned()));
    let motifs = catalogue.motifs.values();
    let motifs = motifs.map(|m| (m.code.to_string(), m.libelle.dans(t.langue()).to_owned()));
    let rang = Champ::ligne(t, "rang", &t.champ_rang(), "number")
        .si("avis=liste_complementaire")
        .facultatif();
    let aide = if plusieurs {
        t.champ_rang_suite()
    } else {
        t.champ_rang_aide()
    };
    vec![
        Champ::boutons(t, "avis", &t.champ_avis(), natures.to_vec()),
        rang.aide(&aide),
        Champ::choix(t, "motif", &t.champ_motif(), motifs.collect())
            .si("avis=defavorable")
            .facultatif(),
        Champ::ligne(
            t,
            "convocation.le",
            &t.champ_convocation_le(),
            "datetime-local",
        )
        .si("avis=preselection")
        .facultatif(),
        Champ::ligne(t, "convocation.lieu", &t.champ_convocation_lieu(), "text")
            .si("avis=preselection")
            .facultatif(),
        Champ::texte(t, "convocation.consigne", &t.champ_consigne())
            .si("avis=preselection")
            .facultatif(),
        Champ::texte(t, "commentaire", &t.champ_commentaire())
            .aide(&t.champ_commentaire_aide())
            .facultatif(),
        Champ::cases(
            t,
            "appel",
            &t.champ_appel(),
            vec![("oui".to_owned(), t.champ_appel_oui().to_owned())],
        )
        .facultatif(),
    ]
}

/// The codes of the five avis.
pub(super) const NATURES: [&str; 5] = [
    "favorable",
    "liste_complementaire",
    "liste_attente",
    "preselection",
    "defavorable",
];

/// An avis in words.
pub(super) fn avis_dit(t: Textes, code: &str) -> Dit {
    match code {
        "favorable" => t.etat_favorable(),
        "defavorable" => t.etat_defavorable(),
        "liste_complementaire" => t.etat_liste_comp(),
        "liste_attente" => t.etat_liste_attente(),
        "preselection" => t.etat_preselection(),
        _ => Dit(""),
    }
}

fn avis(saisie: &Saisie, place: usize, fautes: &mut Vec<FauteChamp>) -> AvisForm {
    let rang = saisie.texte("rang").map(|texte| {
        let rang = texte.trim().parse::<u32>().unwrap_or_default();
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        // What is no number stays 0, which the form refuses.
        if rang == 0 {
            0
        } else {
            rang.saturating_add(place)
        }
    });
    let (lieu, consigne) = (
        saisie.texte("convocation.lieu"),
        saisie.texte("convocation.consigne"),
    );
    let le = instant(saisie, "convocation.le", fautes);
    let convoque = le.is_some() || lieu.is_some() || consigne.is_some();
    AvisForm {
        avis: saisie.texte("avis"),
        rang,
        motif: saisie.texte("motif"),
        commentaire: saisie.texte("commentaire"),
        convocation: convoque.then_some(ConvocationForm { le, lieu, consigne }),
        appel: saisie.texte("appel").is_some(),
    }
}

/// A date and time; what cannot be read is a fault.
fn instant(saisie: &Saisie, champ: &str, fautes: &mut Vec<FauteChamp>) -> Option<Timestamp> {
    let texte = saisie.texte(champ)?;
    let lu = de_champ(&texte);
    if lu.is_none() {
        fautes.push(FauteChamp::new(
            champ,
            "date_invalide",
            "Donnez une date et une heure, par exemple 2027-06-01T23:59.",
            "Give a date and a time, such as 2027-06-01T23:59.",
        ));
    }
    lu
}
