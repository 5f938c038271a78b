//! Forms read into definitions of the domain, and written back. What needs the rest of the campaign is checked
//! by the domain afterwards; here only what has no definition at all is at fault.

use std::fmt::Display;

use domain::campagne::{
    Campagne, Centre, Commission, Composante, Evenement, Formation, Motif, PieceDef, Texte,
    TexteMail,
};
use domain::refus::FauteChamp;
use jiff::Timestamp;

use super::forme::{
    CampagneForme, CentreForme, CommissionForme, FormationForme, LibelleForme, MailForme,
    PieceForme,
};
use crate::mail;

/// A definition, with what cannot be read of its form.
#[derive(Clone, Debug)]
pub(crate) struct Lu {
    /// With stand-ins where there are faults.
    pub(crate) evenement: Evenement,
    /// Field by field.
    pub(crate) fautes: Vec<FauteChamp>,
}

/// Reads the fields of one form.
#[derive(Default)]
struct Lecteur(Vec<FauteChamp>);

impl Lecteur {
    fn instant<D: Display>(&mut self, champ: &str, date: Option<&D>) -> Timestamp {
        match self.facultatif(champ, date) {
            Some(instant) => instant,
            None if date.is_some() => Timestamp::UNIX_EPOCH,
            None => {
                self.0.push(FauteChamp::new(
                    champ,
                    "manquant",
                    "Ce champ est à remplir.",
                    "Please fill in this field.",
                ));
                Timestamp::UNIX_EPOCH
            }
        }
    }

    fn facultatif<D: Display>(&mut self, champ: &str, date: Option<&D>) -> Option<Timestamp> {
        let date = date?.to_string();
        let lu = date.parse().ok();
        if lu.is_none() {
            self.0.push(FauteChamp::new(
                champ,
                "date_invalide",
                &format!("« {date} » n'est pas un instant ; écrivez date, heure et décalage, comme 2027-02-01T08:00:00+01:00."),
                &format!("“{date}” is no instant; write date, hour and offset, such as 2027-02-01T08:00:00+01:00."),
            ));
        }
        lu
    }

    fn nombre(&mut self, champ: &str, nombre: Option<u32>) -> u32 {
        if nombre.is_none() {
            self.0.push(FauteChamp::new(
                champ,
                "manquant",
                "Ce champ est à remplir.",
                "Please fill in this field.",
            ));
        }
        nombre.unwrap_or(1)
    }

    fn finir(self, evenement: Evenement) -> Lu {
        Lu {
            evenement,
            fautes: self.0,
        }
    }
}

/// A text and its translation; an empty one is none.
fn texte(fr: String, en: Option<String>) -> Texte {
    let en = en.filter(|en| !en.trim().is_empty());
    Texte {
        fr: fr.trim().to_owned(),
        en,
    }
}

fn non_vide(texte: Option<String>) -> Option<String> {
    texte.filter(|t| !t.trim().is_empty())
}

impl<D: Display> CampagneForme<D> {
    pub(crate) fn lire(self) -> Lu {
        let mut l = Lecteur::default();
        let evenement = Evenement::CampagneParametree(Campagne {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
            ouverture: l.instant("ouverture", self.ouverture.as_ref()),
            fermeture: l.instant("fermeture", self.fermeture.as_ref()),
            max_dossiers: l.nombre("max_dossiers", self.max_dossiers),
            etat_transmis: self.etat_transmis,
        });
        l.finir(evenement)
    }
}

impl LibelleForme {
    pub(crate) fn composante(self) -> Lu {
        Lecteur::default().finir(Evenement::ComposanteDefinie(Composante {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
        }))
    }

    pub(crate) fn motif(self) -> Lu {
        Lecteur::default().finir(Evenement::MotifDefini(Motif {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
        }))
    }
}

impl CentreForme {
    pub(crate) fn lire(self) -> Lu {
        Lecteur::default().finir(Evenement::CentreDefini(Centre {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
            max_dossiers: self.max_dossiers,
        }))
    }
}

impl PieceForme {
    /// `modele` takes what names a PDF to download and gives its SHA-256.
    pub(crate) fn lire(self, modele: &mut impl FnMut(&str) -> Result<String, String>) -> Lu {
        let mut l = Lecteur::default();
        let sha256 = non_vide(self.modele).and_then(|nom| match modele(&nom) {
            Ok(sha256) => Some(sha256),
            Err(raison) => {
                let dit = format!("{nom} : {raison}");
                l.0.push(FauteChamp::new("modele", "modele_refuse", &dit, &dit));
                None
            }
        });
        l.finir(Evenement::PieceDefinie(PieceDef {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
            commune: self.commune,
            conditionnelle: self.conditionnelle,
            aide: texte(self.aide, self.aide_en),
            modele: sha256,
        }))
    }
}

impl CommissionForme {
    pub(crate) fn lire(self) -> Lu {
        Lecteur::default().finir(Evenement::CommissionDefinie(Commission {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
            centre: self.centre.as_str().into(),
            mail: non_vide(self.mail),
            signataire: non_vide(self.signataire),
        }))
    }
}

/// Lines as they are kept, whatever a browser or a file ends them with.
fn lignes(texte: &str) -> String {
    let lignes = texte.lines().map(str::trim_end);
    lignes.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

impl MailForme {
    /// With what the template engine says of it.
    pub(crate) fn lire(self) -> Lu {
        let texte = TexteMail {
            code: format!("{}.{}", self.mail, self.langue).as_str().into(),
            objet: self.objet.trim().to_owned(),
            texte: lignes(&self.texte),
            html: non_vide(self.html).as_deref().map(lignes),
        };
        let fautes = mail::verifier(&texte);
        let evenement = Evenement::MailRedige(texte);
        Lu { evenement, fautes }
    }
}

impl<D: Display> FormationForme<D> {
    pub(crate) fn lire(self) -> Lu {
        let mut l = Lecteur::default();
        let mots = self.mots_cles.into_iter().map(|m| m.trim().to_owned());
        let evenement = Evenement::FormationDefinie(Formation {
            code: self.code.as_str().into(),
            libelle: texte(self.libelle, self.libelle_en),
            composante: self.composante.as_str().into(),
            centre: self.centre.as_str().into(),
            niveau: self.niveau,
            mots_cles: mots.filter(|m| !m.is_empty()).collect(),
            candidature_debut: l.instant("candidature_debut", self.candidature_debut.as_ref()),
            candidature_fin: l.instant("candidature_fin", self.candidature_fin.as_ref()),
            retour: l.instant("retour", self.retour.as_ref()),
            confirmation: l.facultatif("confirmation", self.confirmation.as_ref()),
            confirmation_delai: non_vide(self.confirmation_delai),
            confirmation_lc: l.facultatif("confirmation_lc", self.confirmation_lc.as_ref()),
            confirmation_lc_delai: non_vide(self.confirmation_lc_delai),
            jury: l.facultatif("jury", self.jury.as_ref()),
            publication: l.facultatif("publication", self.publication.as_ref()),
            capacite: self.capacite,
            liste_complementaire: self.liste_complementaire,
            pieces: self.pieces.iter().map(|p| p.as_str().into()).collect(),
            commission: non_vide(self.commission).as_deref().map(Into::into),
            promotion: self.promotion,
        });
        l.finir(evenement)
    }
}
