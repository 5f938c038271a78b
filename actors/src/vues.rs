//! States as the edge sees them.

use jiff::Timestamp;

use domain::campagne::Catalogue;
use domain::candidat::Actif;
use domain::dossier::{Depot, Dossier, Evenement};
use domain::ids::PieceCode;

use crate::fil::Fil;
use crate::jetons::hexa;
use crate::protocol::{DossierVue, Etat, Moi, PieceVue, Trace};

/// The account.
pub(crate) fn moi(actif: &Actif, version: u64) -> Moi {
    let compte = &actif.base.compte;
    let vivants = actif
        .dossiers
        .values()
        .filter(|d| d.vivant)
        .map(|d| d.formation.clone());
    Moi {
        id: compte.id.clone(),
        numero: compte.numero.clone(),
        nom: compte.nom.clone(),
        prenom: compte.prenom.clone(),
        mail: compte.mail.clone(),
        mail_en_attente: actif.changement.as_ref().map(|(mail, _)| mail.clone()),
        langue: compte.langue,
        profil: actif.profil.clone(),
        dossiers_vivants: vivants.collect(),
        version,
    }
}

/// One dossier; none for a stream that is absent.
pub(crate) fn dossier(
    fil: &Fil<Dossier>,
    actif: &Actif,
    catalogue: &Catalogue,
    maintenant: Timestamp,
) -> Option<DossierVue> {
    let identite = fil.etat.identite()?;
    let formation = catalogue.formations.get(&identite.formation);
    let demandees = || formation.map(|f| f.pieces.clone()).unwrap_or_default();
    let (etat, transmis_le, pieces) = match fil.etat.as_ref() {
        Dossier::Absent | Dossier::Annule(_) => (Etat::Annule, None, Vec::new()),
        Dossier::EnAttente(saisie) => {
            let depot = |code: &PieceCode| {
                catalogue
                    .pieces
                    .get(code)
                    .and_then(|def| saisie.depot(def, &actif.tiroir))
            };
            (Etat::EnAttente, None, vues_pieces(demandees(), depot))
        }
        Dossier::Transmis(remis) => {
            // What was handed in, in the formation's order, whatever the formation asks for today.
            let mut codes = demandees();
            codes.retain(|code| remis.pieces.contains_key(code));
            let autres = remis
                .pieces
                .keys()
                .filter(|code| !codes.contains(code))
                .cloned();
            let autres: Vec<_> = autres.collect();
            codes.extend(autres);
            let depot = |code: &PieceCode| remis.pieces.get(code).cloned();
            (
                Etat::Transmis,
                Some(remis.transmis_le),
                vues_pieces(codes, depot),
            )
        }
    };
    let echu = formation.is_none_or(|f| maintenant > f.retour);
    let complet = formation.is_some() && pieces.iter().all(|p| p.depot.is_some());
    Some(DossierVue {
        id: identite.id.clone(),
        candidat: identite.candidat.clone(),
        formation: identite.formation.clone(),
        etat,
        cree_le: identite.cree_le,
        transmis_le,
        transmissible: etat == Etat::EnAttente && complet && !echu,
        echu: etat == Etat::EnAttente && echu,
        pieces,
        historique: fil
            .faits
            .iter()
            .map(|fait| trace(fait.le, &fait.e))
            .collect(),
        version: fil.tete.version,
        chaine: hexa(&fil.tete.hash),
    })
}

fn vues_pieces(
    codes: Vec<PieceCode>,
    depot: impl Fn(&PieceCode) -> Option<Depot>,
) -> Vec<PieceVue> {
    codes
        .into_iter()
        .map(|code| PieceVue {
            depot: depot(&code),
            code,
        })
        .collect()
}

fn trace(le: Timestamp, evenement: &Evenement) -> Trace {
    let (nom, piece) = match evenement {
        Evenement::DossierCree(_) => ("dossier_cree", None),
        Evenement::PieceDeposee { piece, .. } => ("piece_deposee", Some(piece)),
        Evenement::PieceRetiree { piece } => ("piece_retiree", Some(piece)),
        Evenement::NonConcerneDeclare { piece, .. } => ("non_concerne_declare", Some(piece)),
        Evenement::NonConcerneRetire { piece } => ("non_concerne_retire", Some(piece)),
        Evenement::DossierTransmis { .. } => ("dossier_transmis", None),
        Evenement::DossierAnnule { .. } => ("dossier_annule", None),
        Evenement::RappelEnvoye { .. } => ("rappel_envoye", None),
    };
    Trace {
        le,
        evenement: nom.to_owned(),
        piece: piece.cloned(),
    }
}
