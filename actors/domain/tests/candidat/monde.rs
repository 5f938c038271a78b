//! One account in memory, its commands decided and applied.

use domain::campagne::{Campagne, Catalogue, Centre, Formation, Texte};
use domain::candidat::{Candidat, Commande, Compte, Evenement, Facts, decide, evolve};
use domain::dossier::{ActeTiroir, Acteur};
use domain::effet::Lien;
use domain::fichier::{Fichier, TypeFichier};
use domain::ids::PersonnelId;
use domain::langue::Langue;
use domain::profil::ine::Ine;
use domain::profil::{Adresse, Baccalaureat, Entree, Fiche, Informations, Inscription};
use domain::refus::Refus;
use jiff::{SignedDuration, Timestamp};

pub(crate) const JOUR: SignedDuration = SignedDuration::from_hours(24);
pub(crate) const MAIL: &str = "elise@univ.example";
pub(crate) const AUTRE_MAIL: &str = "neuve@univ.example";
/// Two of one centre that allows one, and one of another; two in all.
pub(crate) const FORMATIONS: [(&str, &str); 3] = [("A1", "A"), ("A2", "A"), ("B1", "B")];

pub(crate) fn instant(s: &str) -> Timestamp {
    s.parse().unwrap()
}

fn formation(code: &str, centre: &str) -> Formation {
    Formation {
        code: code.into(),
        libelle: Texte::fr(code),
        composante: "C".into(),
        centre: centre.into(),
        niveau: "Master".to_owned(),
        mots_cles: vec![],
        candidature_debut: instant("2027-02-01T00:00:00Z"),
        candidature_fin: instant("2027-05-15T00:00:00Z"),
        retour: instant("2027-05-31T00:00:00Z"),
        confirmation: None,
        confirmation_delai: None,
        confirmation_lc: None,
        confirmation_lc_delai: None,
        jury: None,
        publication: None,
        promotion: Default::default(),
        capacite: None,
        liste_complementaire: false,
        pieces: vec![],
        commission: None,
    }
}

pub(crate) fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    catalogue.campagne = Some(Campagne {
        code: "2027".into(),
        libelle: Texte::fr("2027"),
        ouverture: instant("2027-01-01T00:00:00Z"),
        fermeture: instant("2027-12-01T00:00:00Z"),
        max_dossiers: 2,
        etat_transmis: Default::default(),
    });
    for (code, max_dossiers) in [("A", Some(1)), ("B", None)] {
        let centre = Centre {
            code: code.into(),
            libelle: Texte::fr(code),
            max_dossiers,
        };
        catalogue.centres.insert(centre.code.clone(), centre);
    }
    for (code, centre) in FORMATIONS {
        catalogue
            .formations
            .insert(code.into(), formation(code, centre));
    }
    catalogue
}

pub(crate) fn lien(numero: u32, maintenant: Timestamp) -> Lien {
    Lien {
        nonce: format!("{numero:04}"),
        expire_le: maintenant + JOUR,
    }
}

pub(crate) fn gestionnaire() -> Acteur {
    Acteur::Gestionnaire {
        id: PersonnelId::new("p1"),
    }
}

pub(crate) fn ine() -> Ine {
    Ine::lire("123456789AB").unwrap()
}

pub(crate) fn creer(maintenant: Timestamp, lien: Lien) -> Commande {
    let compte = Compte {
        identite: None,
        id: "c1".into(),
        numero: "ABCDEFGH".into(),
        campagne: "2027".into(),
        nom: "Martin".to_owned(),
        prenom: "Élise".to_owned(),
        mail: MAIL.to_owned(),
        mot_de_passe: "hache-0".to_owned(),
        langue: Langue::Fr,
        cree_le: maintenant,
        expire_le: maintenant + JOUR * 5,
    };
    Commande::Creer {
        prouve: false,
        compte: Box::new(compte),
        lien,
    }
}

pub(crate) fn informations() -> Box<Informations> {
    Box::new(Informations {
        nationalite: "FRA".to_owned(),
        ine: Some(ine()),
        date_naissance: "2004-05-06".parse().unwrap(),
        lieu_naissance: "Lille".to_owned(),
        pays_naissance: "FRA".to_owned(),
        nom_usage: None,
        autres_prenoms: None,
        telephone: None,
    })
}

pub(crate) fn adresse() -> Adresse {
    Adresse {
        pays: "FRA".to_owned(),
        ligne1: "1 rue de Mons".to_owned(),
        ligne2: None,
        code_postal: Some("59300".to_owned()),
        commune: "Valenciennes".to_owned(),
        insee: Some("59606".to_owned()),
    }
}

/// What the scolarité says on this day of January 2027.
pub(crate) fn fiche(jour: i8) -> Box<Fiche> {
    Box::new(Fiche {
        ine: ine(),
        numero_etudiant: None,
        nom: "Martin".to_owned(),
        prenoms: vec!["Élise".to_owned()],
        date_naissance: "2004-05-06".parse().unwrap(),
        lieu_naissance: None,
        nationalite: None,
        adresse: Some(adresse()),
        baccalaureat: Some(Baccalaureat::Sans),
        inscriptions: vec![Inscription {
            annee: "2025-2026".to_owned(),
            formation: format!("L{jour}"),
            composante: None,
            resultat: None,
            mention: None,
        }],
        emis_le: instant(&format!("2027-01-{jour:02}T00:00:00Z")),
    })
}

pub(crate) fn entree() -> Entree {
    Entree {
        debut: "2023".to_owned(),
        fin: None,
        intitule: "Stage".to_owned(),
        organisme: "SNCF".to_owned(),
        lieu: None,
        description: None,
    }
}

pub(crate) fn ranger() -> Commande {
    Commande::Tiroir(ActeTiroir::Ranger {
        piece: "CV".into(),
        fichier: Fichier {
            sha256: "a".repeat(64),
            nom: "cv.pdf".to_owned(),
            type_: TypeFichier::Pdf,
            taille: 10,
            depose_le: instant("2027-03-01T00:00:00Z"),
            en_analyse: false,
        },
    })
}

pub(crate) fn ouvrir(dossier: &str, formation: &str, par: Acteur) -> Commande {
    Commande::OuvrirDossier {
        dossier: dossier.into(),
        formation: formation.into(),
        par,
        proposition: false,
    }
}

/// One account.
#[derive(Clone, Debug)]
pub(crate) struct Monde {
    pub(crate) candidat: Candidat,
    pub(crate) faits: Vec<Evenement>,
    pub(crate) catalogue: Catalogue,
    pub(crate) maintenant: Timestamp,
}

impl Monde {
    pub(crate) fn new() -> Self {
        Self {
            candidat: Candidat::Absent,
            faits: vec![],
            catalogue: catalogue(),
            maintenant: instant("2027-03-01T00:00:00Z"),
        }
    }

    pub(crate) fn faire(&mut self, commande: Commande) -> Result<Vec<Evenement>, Refus> {
        let facts = Facts {
            maintenant: self.maintenant,
            catalogue: &self.catalogue,
        };
        let evenements = decide(&self.candidat, commande, &facts)?;
        for evenement in &evenements {
            self.candidat = evolve(std::mem::take(&mut self.candidat), evenement);
            self.faits.push(evenement.clone());
        }
        Ok(evenements)
    }

    pub(crate) fn ok(mut self, commande: Commande) -> Self {
        if let Err(refus) = self.faire(commande) {
            panic!("{refus:?}");
        }
        self
    }

    pub(crate) fn plus_tard(mut self, jours: i32) -> Self {
        self.maintenant += JOUR * jours;
        self
    }

    pub(crate) fn a_valider() -> Self {
        let monde = Self::new();
        let creer = creer(monde.maintenant, lien(1, monde.maintenant));
        monde.ok(creer)
    }

    pub(crate) fn actif() -> Self {
        Self::a_valider().ok(Commande::Valider {
            nonce: "0001".to_owned(),
        })
    }

    pub(crate) fn complet() -> Self {
        let baccalaureat = Box::new(Baccalaureat::Sans);
        Self::actif()
            .ok(Commande::EnregistrerInformations(informations()))
            .ok(Commande::EnregistrerAdresse(Box::new(adresse())))
            .ok(Commande::EnregistrerBaccalaureat(baccalaureat))
    }
}
