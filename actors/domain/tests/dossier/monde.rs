//! One dossier of one formation with all that decides on it, in memory.

use domain::campagne::{Campagne, Catalogue, Commission, Formation, Motif, PieceDef, Texte};
use domain::dossier::{
    ActeTiroir, Acteur, Avis, Commande, Dossier, Evenement, Facts, Joindre, Nature, Reproche, Role,
    Tiroir, Verdict, decide, effets, evolve,
};
use domain::effet::{CodeMail, Effet};
use domain::fichier::{Fichier, TypeFichier};
use domain::ids::{DossierId, PersonnelId};
use domain::langue::Langue;
use domain::places::{self, Places};
use domain::profil::Profil;
use domain::refus::{CodeRefus, Refus};
use jiff::{SignedDuration, Timestamp};

pub(crate) const JOUR: SignedDuration = SignedDuration::from_hours(24);

pub(crate) fn instant(s: &str) -> Timestamp {
    s.parse().unwrap()
}

/// A formation with a common, an own and a conditional piece, two places and a list.
pub(crate) fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    let piece = |code: &str, commune, conditionnelle| PieceDef {
        code: code.into(),
        libelle: Texte::fr(code),
        commune,
        conditionnelle,
        aide: Texte::fr(""),
        modele: None,
    };
    for def in [
        piece("CV", true, false),
        piece("LM", false, false),
        piece("HANDICAP", false, true),
        piece("DIPLOME", false, false),
    ] {
        catalogue.pieces.insert(def.code.clone(), def);
    }
    catalogue.campagne = Some(Campagne {
        code: "2027".into(),
        libelle: Texte::fr("2027"),
        ouverture: instant("2027-01-01T00:00:00Z"),
        fermeture: instant("2027-12-01T00:00:00Z"),
        max_dossiers: 10,
        etat_transmis: Default::default(),
    });
    let formation = Formation {
        code: "M1".into(),
        libelle: Texte::fr("Master 1"),
        composante: "C".into(),
        centre: "A".into(),
        niveau: "Master".to_owned(),
        mots_cles: vec![],
        candidature_debut: instant("2027-02-01T00:00:00Z"),
        candidature_fin: instant("2027-05-15T00:00:00Z"),
        retour: instant("2027-05-31T00:00:00Z"),
        confirmation: Some(instant("2027-07-31T00:00:00Z")),
        confirmation_delai: None,
        confirmation_lc: None,
        confirmation_lc_delai: None,
        jury: None,
        publication: None,
        promotion: Default::default(),
        capacite: Some(2),
        liste_complementaire: true,
        pieces: vec!["CV".into(), "LM".into(), "HANDICAP".into()],
        commission: Some("JURY".into()),
    };
    catalogue
        .formations
        .insert(formation.code.clone(), formation);
    let jury = Commission {
        code: "JURY".into(),
        libelle: Texte::fr("Jury"),
        centre: "A".into(),
        mail: Some("jury@univ.example".to_owned()),
        signataire: None,
    };
    catalogue.commissions.insert(jury.code.clone(), jury);
    let motif = Motif {
        code: "NIVEAU".into(),
        libelle: Texte::fr("Niveau"),
    };
    catalogue.motifs.insert(motif.code.clone(), motif);
    catalogue
}

pub(crate) fn acteur(role: Role) -> Acteur {
    let id = PersonnelId::new("p1");
    match role {
        Role::Candidat => Acteur::Candidat,
        Role::Gestionnaire => Acteur::Gestionnaire { id },
        Role::Commission => Acteur::Commission { id },
        Role::Systeme => Acteur::Systeme,
    }
}

pub(crate) fn fichier(contenu: char) -> Fichier {
    Fichier {
        sha256: contenu.to_string().repeat(64),
        nom: "f.pdf".to_owned(),
        type_: TypeFichier::Pdf,
        taille: 10,
        depose_le: instant("2027-03-01T00:00:00Z"),
        en_analyse: false,
    }
}

pub(crate) fn avis(nature: Nature) -> Avis {
    Avis {
        nature,
        commentaire: None,
        appel: false,
    }
}

/// One dossier and the places of its formation.
#[derive(Clone, Debug)]
pub(crate) struct Monde {
    pub(crate) id: DossierId,
    pub(crate) catalogue: Catalogue,
    pub(crate) tiroir: Tiroir,
    pub(crate) dossier: Dossier,
    pub(crate) faits: Vec<Evenement>,
    pub(crate) dus: Vec<Effet>,
    pub(crate) places: Places,
    pub(crate) maintenant: Timestamp,
}

impl Monde {
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.into(),
            catalogue: catalogue(),
            tiroir: Tiroir::new(),
            dossier: Dossier::Absent,
            faits: vec![],
            dus: vec![],
            places: Places::default(),
            maintenant: instant("2027-03-01T00:00:00Z"),
        }
    }

    pub(crate) fn formation(&self) -> &Formation {
        self.catalogue.formations.values().next().unwrap()
    }

    /// What the role's command comes to, done when it is allowed: what the actors do, without them.
    pub(crate) fn faire(
        &mut self,
        role: Role,
        commande: &Commande,
    ) -> Result<Vec<Evenement>, Refus> {
        let par = acteur(role);
        let profil = Profil::default();
        let facts = Facts {
            maintenant: self.maintenant,
            par: &par,
            catalogue: &self.catalogue,
            tiroir: &self.tiroir,
            profil: &profil,
        };
        let decision = decide(&self.dossier, commande, &facts)?;
        let facts = places::Facts {
            ensemble: &places::AUCUN,
            formation: self.formation(),
        };
        if let Some(acte) = &decision.places {
            let evenements = places::decide(&self.places, &self.id, acte, facts)?;
            let mut apres = self.places.clone();
            let mut dus = vec![];
            for evenement in &evenements {
                apres = places::evolve(apres, evenement);
                dus.extend(places::effets(&apres, evenement, facts));
            }
            self.places = apres;
            self.dus.extend(dus);
        }
        match decision.tiroir {
            Some(ActeTiroir::Ranger { piece, fichier }) => drop(self.tiroir.insert(piece, fichier)),
            Some(ActeTiroir::Oter { piece }) => drop(self.tiroir.remove(&piece)),
            None => {}
        }
        let joindre = Joindre {
            mail: "elise@univ.example",
            langue: Langue::Fr,
        };
        for evenement in &decision.evenements {
            self.dossier = evolve(std::mem::take(&mut self.dossier), evenement);
            let dus = effets(&self.dossier, evenement, &self.catalogue, joindre);
            self.dus.extend(dus);
            self.faits.push(evenement.clone());
        }
        Ok(decision.evenements)
    }

    /// Must be allowed.
    pub(crate) fn ok(&mut self, role: Role, commande: Commande) -> &mut Self {
        if let Err(refus) = self.faire(role, &commande) {
            panic!("{commande:?} refused: {refus:?}");
        }
        self
    }

    /// Must be refused, with nothing changed and nothing owed.
    pub(crate) fn non(&mut self, role: Role, commande: Commande) -> CodeRefus {
        let avant = (self.dossier.clone(), self.places.clone(), self.dus.len());
        let refus = self.faire(role, &commande).unwrap_err();
        let apres = (self.dossier.clone(), self.places.clone(), self.dus.len());
        assert_eq!(avant, apres, "a refusal changes nothing and sends nothing");
        refus.code
    }

    /// The mails owed so far, by code.
    pub(crate) fn mails(&self) -> Vec<CodeMail> {
        let code = |effet: &Effet| {
            let Effet::Mail(mail) = effet else {
                return None;
            };
            Some(mail.code)
        };
        self.dus.iter().filter_map(code).collect()
    }

    pub(crate) fn ouvert(id: &str) -> Self {
        let mut monde = Self::new(id);
        monde.ok(
            Role::Candidat,
            Commande::Creer {
                id: id.into(),
                candidat: "c1".into(),
                formation: "M1".into(),
            },
        );
        monde
    }

    pub(crate) fn rempli(id: &str) -> Self {
        let mut monde = Self::ouvert(id);
        monde
            .ok(Role::Candidat, deposer("CV", 'a'))
            .ok(Role::Candidat, deposer("LM", 'b'))
            .ok(Role::Candidat, non_concerne());
        monde
    }

    pub(crate) fn transmis(id: &str) -> Self {
        let mut monde = Self::rempli(id);
        monde.ok(Role::Candidat, Commande::Transmettre);
        monde
    }

    /// LM refused, sent back.
    pub(crate) fn incomplet(id: &str) -> Self {
        let mut monde = Self::transmis(id);
        monde
            .ok(Role::Gestionnaire, refuser("LM"))
            .ok(Role::Gestionnaire, Commande::Renvoyer { retour: None });
        monde
    }

    pub(crate) fn complet(id: &str) -> Self {
        let mut monde = Self::transmis(id);
        monde.ok(Role::Gestionnaire, Commande::DeclarerComplet);
        monde
    }

    pub(crate) fn publie(id: &str, nature: Nature) -> Self {
        let mut monde = Self::complet(id);
        monde.publier(nature);
        monde
    }

    pub(crate) fn publier(&mut self, nature: Nature) {
        let avis = avis(nature);
        self.ok(Role::Gestionnaire, Commande::SaisirAvis { avis })
            .ok(Role::Gestionnaire, Commande::PublierAvis);
    }

    /// The named pieces of the last send-back.
    pub(crate) fn nommees(&self) -> Vec<(String, Reproche)> {
        let dernier = self.faits.iter().rev().find_map(|e| {
            let Evenement::DossierRenvoye { pieces, .. } = e else {
                return None;
            };
            Some(pieces.clone())
        });
        let dernier = dernier.unwrap_or_default();
        dernier
            .into_iter()
            .map(|(code, r)| (code.to_string(), r))
            .collect()
    }
}

pub(crate) fn deposer(piece: &str, contenu: char) -> Commande {
    Commande::Deposer {
        piece: piece.into(),
        fichier: fichier(contenu),
    }
}

pub(crate) fn non_concerne() -> Commande {
    Commande::DeclarerNonConcerne {
        piece: "HANDICAP".into(),
        certifie: true,
    }
}

pub(crate) fn refuser(piece: &str) -> Commande {
    Commande::DeciderPiece {
        piece: piece.into(),
        verdict: Verdict::Refusee {
            commentaire: "illisible".to_owned(),
        },
    }
}

pub(crate) fn valider(piece: &str) -> Commande {
    Commande::DeciderPiece {
        piece: piece.into(),
        verdict: Verdict::Validee,
    }
}

pub(crate) fn saisir(nature: Nature) -> Commande {
    Commande::SaisirAvis { avis: avis(nature) }
}
