//! The words of the contract as people read them in files: code, French, English.

use actors::protocol::{DossierVue, Etat, StatutPiece};
use domain::campagne::{Catalogue, EtatTransmis};
use domain::dossier::{Nature, Reponse};
use domain::langue::Langue;

/// A code, in French, in English.
pub type Mot = (&'static str, &'static str, &'static str);

/// Yes or no.
pub const fn oui(oui: bool) -> Mot {
    if oui {
        ("oui", "oui", "yes")
    } else {
        ("non", "non", "no")
    }
}

/// Where a dossier stands.
pub fn etat(etat: Etat, catalogue: &Catalogue) -> Mot {
    let transmis = catalogue.campagne.as_ref().map(|c| c.etat_transmis);
    match (etat, transmis.unwrap_or_default()) {
        (Etat::EnAttente, _) => ("en_attente", "En attente", "In preparation"),
        (Etat::Transmis, EtatTransmis::Receptionne) => ("transmis", "Réceptionné", "Received"),
        (Etat::Transmis, EtatTransmis::Transmis) => ("transmis", "Transmis", "Transmitted"),
        (Etat::Incomplet, _) => ("incomplet", "Incomplet", "Incomplete"),
        (Etat::Complet, _) => ("complet", "Complet", "Complete"),
        (Etat::Annule, _) => ("annule", "Annulé", "Dropped"),
    }
}

/// Where a piece stands.
pub const fn piece(statut: StatutPiece) -> Mot {
    match statut {
        StatutPiece::Attendue => ("attendue", "Attendue", "Awaited"),
        StatutPiece::Deposee => ("deposee", "Déposée", "Handed in"),
        StatutPiece::EnAnalyse => ("en_analyse", "En cours d'analyse", "Being checked"),
        StatutPiece::NonConcerne => ("non_concerne", "Non concerné", "Not applicable"),
        StatutPiece::Validee => ("validee", "Validée", "Accepted"),
        StatutPiece::Refusee => ("refusee", "Refusée", "Refused"),
    }
}

/// What a jury may decide.
pub const AVIS: [Mot; 5] = [
    ("favorable", "Favorable", "Admitted"),
    ("defavorable", "Défavorable", "Not admitted"),
    (
        "liste_complementaire",
        "Liste complémentaire",
        "Waiting list",
    ),
    ("liste_attente", "Liste d'attente", "Reserve list"),
    ("preselection", "Présélection", "Shortlisted"),
];

/// What the jury decided.
pub const fn avis(nature: &Nature) -> Mot {
    let [
        favorable,
        defavorable,
        complementaire,
        attente,
        preselection,
    ] = AVIS;
    match nature {
        Nature::Favorable => favorable,
        Nature::Defavorable { .. } => defavorable,
        Nature::ListeComplementaire { .. } => complementaire,
        Nature::ListeAttente => attente,
        Nature::Preselection { .. } => preselection,
    }
}

/// What the candidate answered.
pub const fn reponse(reponse: Reponse) -> Mot {
    match reponse {
        Reponse::Confirmee => ("confirmee", "Confirmée", "Confirmed"),
        Reponse::Desistee => ("desistee", "Désistée", "Withdrawn"),
        Reponse::DesisteeAuto => (
            "desistee_auto",
            "Désistée (date dépassée)",
            "Withdrawn (date passed)",
        ),
    }
}

/// An event of a dossier's history, by its stored name; none for what only the system keeps.
pub fn evenement(nom: &str, langue: Langue) -> &'static str {
    let (fr, en) = match nom {
        "dossier_cree" => ("Dossier ouvert", "Opened"),
        "dossier_propose" => (
            "Proposition de l'établissement",
            "Proposed by the university",
        ),
        "piece_deposee" => ("Pièce déposée", "Document handed in"),
        "piece_retiree" => ("Pièce supprimée", "Document removed"),
        "non_concerne_declare" => ("Déclaration « non concerné »", "Declared not applicable"),
        "non_concerne_retire" => ("Déclaration retirée", "Declaration taken back"),
        "piece_infectee" => (
            "Fichier refusé par l'antivirus",
            "File refused by the antivirus",
        ),
        "dossier_transmis" => ("Dossier transmis", "Transmitted"),
        "dossier_annule" => ("Dossier annulé", "Dropped"),
        "piece_decidee" => ("Pièce examinée", "Document examined"),
        "piece_exigee" => (
            "Pièce complémentaire demandée",
            "Further document asked for",
        ),
        "dossier_renvoye" => ("Renvoyé : incomplet", "Sent back: incomplete"),
        "renvoi_repris" => ("Renvoi annulé", "Send-back undone"),
        "dossier_complet" => ("Déclaré complet", "Declared complete"),
        "examen_rouvert" => ("Examen rouvert", "Examination reopened"),
        "avis_saisi" => ("Avis saisi", "Decision entered"),
        "avis_retire" => ("Avis retiré", "Decision taken back"),
        "avis_publie" => ("Avis rendu", "Decision released"),
        "offre_confirmee" => ("Candidature confirmée", "Place confirmed"),
        "desistement" => ("Désistement", "Withdrawn"),
        "desistement_auto" => ("Désistement (date dépassée)", "Withdrawn (date passed)"),
        "promotion" => (
            "Appelé depuis la liste complémentaire",
            "Called from the waiting list",
        ),
        "offre_retablie" => ("Proposition rétablie", "Offer restored"),
        "echeances_fixees" => ("Dates du dossier changées", "Dates changed"),
        "annote" => ("Annotation", "Note"),
        "rappel_envoye" => ("Rappel de transmettre", "Reminder to transmit"),
        "relance_confirmation" => ("Rappel de confirmer", "Reminder to confirm"),
        _ => ("Dossier mis à jour", "Updated"),
    };
    langue.choisir(fr, en)
}

/// Who did it.
pub fn par(role: &str, langue: Langue) -> &'static str {
    let (fr, en) = match role {
        "candidat" => ("candidat", "candidate"),
        "gestionnaire" => ("gestionnaire", "manager"),
        "commission" => ("commission", "committee"),
        _ => ("système", "system"),
    };
    langue.choisir(fr, en)
}

/// The dossier in one word: the answer, else the released decision, else the state.
pub fn dossier(vue: &DossierVue, catalogue: &Catalogue) -> Mot {
    match (vue.etat, vue.reponse, &vue.decision) {
        (Etat::Annule, _, _) | (_, None, None) => etat(vue.etat, catalogue),
        (_, Some(reponse), _) => self::reponse(reponse),
        (_, None, Some(decision)) => avis(&decision.avis.nature),
    }
}
