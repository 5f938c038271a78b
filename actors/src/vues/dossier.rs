//! A dossier: the candidate sees neither drafts nor verdicts not sent, staff see the whole.

use jiff::Timestamp;

use domain::campagne::{Catalogue, Formation};
use domain::candidat::Actif;
use domain::dossier::{
    Acteur, Depot, Dossier, Evenement, Examen, Piece, Publie, Renvoi, Reproche, Saisie, Verdict,
};
use domain::ids::PieceCode;

use crate::fil::Fil;
use crate::jetons::hexa;
use crate::protocol::{
    DecisionVue, DossierVue, EcheancesVue, Etat, GestionVue, PieceVue, Remise, StatutPiece, Trace,
};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Regard {
    /// Its candidate.
    Candidat,
    /// Staff.
    Gestion,
}

/// One dossier; none for a stream that is absent. The real rank is for who knows the places.
pub(crate) fn dossier(
    fil: &Fil<Dossier>,
    actif: &Actif,
    catalogue: &Catalogue,
    (maintenant, regard): (Timestamp, Regard),
) -> Option<DossierVue> {
    let base = fil.etat.base()?;
    let identite = &base.identite;
    let formation = catalogue.formations.get(&identite.formation);
    let retour = formation.map(|f| base.retour(f));
    let echu = retour.is_none_or(|fin| maintenant > fin);
    let montre = Montre {
        actif,
        catalogue,
        formation,
        regard,
        ouvert: !echu,
    };
    let (etat, pieces) = match fil.etat.as_ref() {
        Dossier::Absent | Dossier::Annule(_) => (Etat::Annule, Vec::new()),
        Dossier::EnAttente(saisie) => (Etat::EnAttente, montre.saisie(saisie)),
        Dossier::Transmis(examen) => (Etat::Transmis, montre.examen(examen, Etat::Transmis)),
        Dossier::Incomplet(renvoi) => (Etat::Incomplet, montre.renvoi(renvoi)),
        Dossier::Complet(examen) => (Etat::Complet, montre.examen(examen, Etat::Complet)),
    };
    let a_transmettre = matches!(etat, Etat::EnAttente | Etat::Incomplet);
    let complet = formation.is_some() && pieces.iter().all(rentree);
    let publie = fil.etat.publie();
    let motif_annulation = match fil.etat.as_ref() {
        Dossier::Annule(annule) => annule.motif.clone(),
        Dossier::Absent
        | Dossier::EnAttente(_)
        | Dossier::Transmis(_)
        | Dossier::Incomplet(_)
        | Dossier::Complet(_) => None,
    };
    Some(DossierVue {
        id: identite.id.clone(),
        candidat: identite.candidat.clone(),
        formation: identite.formation.clone(),
        etat,
        cree_le: identite.cree_le,
        transmis_le: fil.etat.examen().and_then(|e| e.transmis_le),
        transmissible: a_transmettre && complet && !echu,
        echu: a_transmettre && echu,
        pieces,
        decision: publie.map(|p| decision(p, maintenant)),
        reponse: publie.and_then(|p| p.reponse),
        echeances: EcheancesVue {
            retour,
            confirmation: confirmation(publie, base.dates.confirmation, formation),
        },
        motif_annulation,
        remise: remise(fil),
        historique: historique(fil, regard),
        gestion: (regard == Regard::Gestion).then(|| Box::new(gestion(&fil.etat))),
        version: fil.tete.version,
        chaine: hexa(&fil.tete.hash),
    })
}

/// Whether a piece counts as « in ».
fn rentree(piece: &PieceVue) -> bool {
    match piece.statut {
        StatutPiece::Deposee | StatutPiece::NonConcerne | StatutPiece::Validee => true,
        StatutPiece::Attendue | StatutPiece::EnAnalyse | StatutPiece::Refusee => false,
    }
}

/// Of an offer, its own date; before it, what the dossier or the formation says.
fn confirmation(
    publie: Option<&Publie>,
    propre: Option<Timestamp>,
    formation: Option<&Formation>,
) -> Option<Timestamp> {
    let annoncee = propre.or_else(|| formation.and_then(|f| f.confirmation));
    publie.map_or(annoncee, |p| p.confirmation)
}

fn decision(publie: &Publie, maintenant: Timestamp) -> DecisionVue {
    let a_temps = publie.confirmation.is_none_or(|fin| maintenant <= fin);
    DecisionVue {
        avis: publie.avis.clone(),
        publiee_le: publie.publie_le,
        promue: publie.promu,
        rang_reel: None,
        a_confirmer: publie.offre_ouverte() && a_temps,
    }
}

fn gestion(dossier: &Dossier) -> GestionVue {
    let examen = dossier.examen();
    GestionVue {
        brouillon: examen.and_then(|e| e.decisions.brouillon.clone()),
        fiche: dossier.base().map(|b| b.fiche.clone()).unwrap_or_default(),
        profil: examen.map(|e| e.profil.clone()),
        proposition: dossier.identite().is_some_and(|i| i.proposition),
    }
}

/// The last transmission, under the head it made.
fn remise(fil: &Fil<Dossier>) -> Option<Remise> {
    let transmission = |(fait, tete): &(crate::record::Fait<Evenement>, storage::Head)| {
        let Evenement::DossierTransmis {
            transmis_le,
            pieces,
            intitules,
            profil: _,
        } = &fait.e
        else {
            return None;
        };
        Some(Remise {
            transmis_le: *transmis_le,
            pieces: pieces.clone().into_iter().collect(),
            intitules: intitules.clone(),
            version: tete.version,
            chaine: hexa(&tete.hash),
        })
    };
    fil.faits.iter().rev().find_map(transmission)
}

fn historique(fil: &Fil<Dossier>, regard: Regard) -> Vec<Trace> {
    let gestion = regard == Regard::Gestion;
    let visibles = fil
        .faits
        .iter()
        .filter(|(fait, _)| gestion || fait.e.public());
    let trace = |(fait, _): &(crate::record::Fait<Evenement>, storage::Head)| {
        let par = fait.e.par();
        Trace {
            le: fait.le,
            evenement: fait.e.nom().to_owned(),
            piece: fait.e.piece().cloned(),
            par: role(par).to_owned(),
            personnel: par.personnel().filter(|_| gestion).cloned(),
        }
    };
    visibles.map(trace).collect()
}

const fn role(par: &Acteur) -> &'static str {
    match par {
        Acteur::Candidat => "candidat",
        Acteur::Gestionnaire { .. } => "gestionnaire",
        Acteur::Commission { .. } => "commission",
        Acteur::Systeme => "systeme",
    }
}

struct Montre<'a> {
    actif: &'a Actif,
    catalogue: &'a Catalogue,
    formation: Option<&'a Formation>,
    regard: Regard,
    /// The return date has not passed.
    ouvert: bool,
}

impl Montre<'_> {
    /// In the formation's order, then what it no longer asks for, or never did.
    fn ordonner<'b>(&self, autres: impl Iterator<Item = &'b PieceCode>) -> Vec<PieceCode> {
        let mut codes: Vec<_> = self.formation.map(|f| f.pieces.clone()).unwrap_or_default();
        for code in autres {
            if !codes.contains(code) {
                codes.push(code.clone());
            }
        }
        codes
    }

    fn saisie(&self, saisie: &Saisie) -> Vec<PieceVue> {
        let vue = |code: PieceCode| {
            let def = self.catalogue.pieces.get(&code);
            let depot = def.and_then(|def| saisie.depot(def, &self.actif.tiroir));
            PieceVue {
                statut: statut(depot.as_ref()),
                code,
                depot,
                commentaire: None,
                modifiable: self.ouvert,
                complementaire: false,
            }
        };
        let codes = self.ordonner(std::iter::empty());
        codes.into_iter().map(vue).collect()
    }

    /// What was handed in, whatever the formation asks for today.
    fn examen(&self, examen: &Examen, etat: Etat) -> Vec<PieceVue> {
        let mut vues = self.remises(examen, |piece| self.verdict(piece, etat));
        if self.regard == Regard::Gestion {
            vues.extend(examen.exigees.iter().map(|(code, commentaire)| PieceVue {
                code: code.clone(),
                statut: StatutPiece::Attendue,
                depot: None,
                commentaire: commentaire.clone(),
                modifiable: false,
                complementaire: true,
            }));
        }
        vues
    }

    fn remises(
        &self,
        examen: &Examen,
        verdict: impl Fn(&Piece) -> (StatutPiece, Option<String>),
    ) -> Vec<PieceVue> {
        let codes = self.ordonner(examen.pieces.keys());
        let vue = |code: PieceCode| {
            let piece = examen.pieces.get(&code)?;
            let (statut, commentaire) = verdict(piece);
            let complementaire = self.formation.is_some_and(|f| !f.pieces.contains(&code));
            Some(PieceVue {
                code,
                statut,
                depot: Some(piece.depot.clone()),
                commentaire,
                modifiable: false,
                complementaire,
            })
        };
        codes.into_iter().filter_map(vue).collect()
    }

    /// A verdict reaches the candidate with the send-back (T08), a validation with the complete dossier too.
    fn verdict(&self, piece: &Piece, etat: Etat) -> (StatutPiece, Option<String>) {
        let su = self.regard == Regard::Gestion || etat == Etat::Incomplet;
        match &piece.verdict {
            Verdict::Validee if su || etat == Etat::Complet => (StatutPiece::Validee, None),
            Verdict::Refusee { commentaire } if su => {
                (StatutPiece::Refusee, Some(commentaire.clone()))
            }
            Verdict::ADecider | Verdict::Validee | Verdict::Refusee { .. } => {
                (statut(Some(&piece.depot)), None)
            }
        }
    }

    fn renvoi(&self, renvoi: &Renvoi) -> Vec<PieceVue> {
        let mut vues = self.remises(&renvoi.examen, |piece| self.verdict(piece, Etat::Incomplet));
        for (code, ouverte) in &renvoi.ouvertes {
            let ancien = vues.iter().position(|v| &v.code == code);
            let refus = match ouverte.reproche {
                Reproche::Refusee { .. } | Reproche::NonConcerneRejete { .. } => {
                    StatutPiece::Refusee
                }
                Reproche::Complementaire { .. } => StatutPiece::Attendue,
            };
            let depot = ouverte.depot.clone();
            let vue = PieceVue {
                code: code.clone(),
                statut: depot.as_ref().map_or(refus, |d| statut(Some(d))),
                // A refused file stays to be seen until another takes its place.
                depot: depot.or_else(|| renvoi.examen.pieces.get(code).map(|p| p.depot.clone())),
                commentaire: ouverte.reproche.commentaire().map(str::to_owned),
                modifiable: self.ouvert,
                complementaire: matches!(ouverte.reproche, Reproche::Complementaire { .. }),
            };
            match ancien.and_then(|i| vues.get_mut(i)) {
                Some(place) => *place = vue,
                None => vues.push(vue),
            }
        }
        vues
    }
}

const fn statut(depot: Option<&Depot>) -> StatutPiece {
    match depot {
        None => StatutPiece::Attendue,
        Some(Depot::Deposee { fichier }) if fichier.en_analyse => StatutPiece::EnAnalyse,
        Some(Depot::Deposee { .. }) => StatutPiece::Deposee,
        Some(Depot::NonConcerne { .. }) => StatutPiece::NonConcerne,
    }
}
