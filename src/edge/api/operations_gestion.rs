//! The operations of staff, one row each; the paths are under `/gestion` but for the invitation.

use super::operations::Corps::{Envoi, Fichier, Json, Rien, Type};
use super::operations::{Operation, Qui, agir, avec, lire};

const P: Qui = Qui::Personnel;

/// What a list of dossiers may be filtered and ordered by.
const FILTRE: &[(&str, &str)] = &[
    ("formation", "code d'une formation"),
    ("centre", "code d'un centre"),
    ("commission", "code d'une commission"),
    ("etat", "en_attente, transmis, incomplet, complet ou annule"),
    ("avis", "l'avis rendu"),
    ("reponse", "confirmee, desistee ou desistee_auto"),
    ("q", "mots du nom ou du numéro, sans accents ni casse"),
    (
        "tri",
        "nom, numero, formation, cree_le ou transmis_le ; « - » devant pour l'ordre inverse",
    ),
    ("curseur", "rendu par la page précédente"),
    ("limite", "lignes par page, de 1 à 200"),
];
/// What an export takes beside the filter.
const EXPORT: &[(&str, &str)] = &[
    (
        "colonnes",
        "codes des colonnes, séparés par des virgules, ou « toutes »",
    ),
    (
        "separateur",
        "CSV : « ; » (par défaut), « , » ou « tabulation »",
    ),
    ("langue", "fr ou en, des titres et des libellés"),
    ("codes", "1 : les codes du contrat au lieu des libellés"),
    (
        "formation, centre, commission, etat, avis, reponse, q, tri",
        "comme la liste des dossiers",
    ),
];
const AUDIT: &[(&str, &str)] = &[
    ("dossier", "tout ce qui concerne ce dossier"),
    ("personnel", "ou tout ce qu'a fait cette personne"),
    ("curseur", "rendu par la page précédente"),
];
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// An act on one dossier.
const fn acte(
    chemin: &'static str,
    resume: &'static str,
    corps: super::operations::Corps,
) -> Operation {
    agir(
        "post",
        chemin,
        P,
        resume,
        corps,
        (200, Json("DossierGestion")),
    )
}

#[rustfmt::skip]
pub(super) const GESTION: &[Operation] = &[
    agir("post", "/personnel/invitation", Qui::Public, "Accepte une invitation par le jeton du mail", Json("NouveauMotDePasse"), (204, Rien)),
    lire("/gestion/moi", P, "Qui je suis, ce que je peux", Json("Agent")),
    agir("post", "/gestion/session", P, "Prouve le second facteur ; finit la connexion", Json("Code"), (200, Json("SessionPersonnel"))),
    agir("post", "/gestion/second-facteur", P, "Commence la mise en service d'un second facteur", Rien, (200, Json("SecondFacteur"))),
    agir("put", "/gestion/second-facteur", P, "La confirme par un premier code", Json("PremierCode"), (200, Json("CodesDeSecours"))),
    agir("post", "/gestion/second-facteur/recours", P, "Donne de nouveaux codes de secours ; les anciens meurent", Json("Code"), (200, Json("CodesDeSecours"))),
    agir("put", "/gestion/mot-de-passe", P, "Change le mot de passe ; rend une nouvelle session", Json("ChangementMotDePasse"), (200, Json("SessionPersonnel"))),
    lire("/gestion/personnel", P, "Le personnel", Json("Personnels")),
    agir("post", "/gestion/personnel", P, "Invite une personne", Json("PersonnelForm"), (201, Json("Personnel"))),
    lire("/gestion/personnel/{id}", P, "Une personne", Json("Personnel")),
    agir("put", "/gestion/personnel/{id}", P, "Change son nom et ses droits", Json("PersonnelForm"), (200, Json("Personnel"))),
    agir("delete", "/gestion/personnel/{id}", P, "La désactive", Rien, (200, Json("Personnel"))),
    agir("post", "/gestion/personnel/{id}/invitation", P, "L'invite à nouveau", Rien, (200, Json("Personnel"))),
    agir("delete", "/gestion/personnel/{id}/second-facteur", P, "Retire son second facteur", Rien, (200, Json("Personnel"))),
    agir("delete", "/gestion/personnel/{id}/identite", P, "Délie son identité de l'annuaire ; ses sessions se ferment", Rien, (200, Json("Personnel"))),
    lire("/gestion/commentaires", P, "Les commentaires partagés par les gestionnaires de ses centres", Json("Commentaires")),
    agir("put", "/gestion/commentaires/{centre}/{nom}", P, "En partage un, à la place de celui de ce nom", Json("CommentaireForm"), (204, Rien)),
    agir("delete", "/gestion/commentaires/{centre}/{nom}", P, "Ne le partage plus", Rien, (204, Rien)),
    avec(lire("/gestion/dossiers", P, "Les dossiers de sa portée", Json("ListeDossiers")), FILTRE),
    agir("post", "/gestion/dossiers", P, "Ouvre un dossier pour un candidat, ou le propose", Json("CreationDossier"), (201, Json("DossierGestion"))),
    lire("/gestion/dossiers/{id}", P, "Un dossier ; le regard est tracé", Json("DossierGestion")),
    lire("/gestion/dossiers/{id}.pdf", P, "Le dossier et toutes ses pièces en un PDF", Type("application/pdf")),
    lire("/gestion/dossiers/{id}/lettre.pdf", P, "La lettre de la décision rendue, PDF", Type("application/pdf")),
    avec(lire("/gestion/dossiers/{id}/pieces/{code}", P, "Une pièce, ou son image ; le regard est tracé", Fichier), &[("apercu", "1 : l'image d'une page, PNG"), ("page", "laquelle, à partir de 1")]),
    acte("/gestion/dossiers/{id}/pieces/{code}/decision", "Valide ou refuse une pièce", Json("DecisionPiece")),
    acte("/gestion/dossiers/{id}/renvoi", "Renvoie comme incomplet", Json("Renvoi")),
    acte("/gestion/dossiers/{id}/reprise", "Annule un renvoi", Rien),
    acte("/gestion/dossiers/{id}/complet", "Déclare complet", Rien),
    acte("/gestion/dossiers/{id}/reouverture", "Rouvre l'examen", Rien),
    acte("/gestion/dossiers/{id}/avis", "Saisit un avis", Json("AvisForm")),
    agir("delete", "/gestion/dossiers/{id}/avis/saisie", P, "Retire l'avis saisi", Rien, (200, Json("DossierGestion"))),
    acte("/gestion/dossiers/{id}/avis/validation", "Rend l'avis au candidat", Rien),
    acte("/gestion/dossiers/{id}/annulation", "Annule le dossier, avec un motif", Json("Motive")),
    acte("/gestion/dossiers/{id}/confirmation", "Confirme pour le candidat", Rien),
    acte("/gestion/dossiers/{id}/desistement", "Désiste le candidat", Rien),
    acte("/gestion/dossiers/{id}/promotion", "Appelle depuis la liste complémentaire", Rien),
    acte("/gestion/dossiers/{id}/retablissement", "Rétablit une proposition", Json("Retablissement")),
    acte("/gestion/dossiers/{id}/echeances", "Fixe les dates de ce dossier", Json("EcheancesForm")),
    acte("/gestion/dossiers/{id}/pieces", "Exige une pièce de plus, avec le renvoi", Json("PieceExigee")),
    acte("/gestion/dossiers/{id}/notes", "Ajoute une note", Json("NoteForm")),
    acte("/gestion/dossiers/{id}/etiquettes", "Remplace les étiquettes, ou en ajoute et en retire", Json("EtiquettesForm")),
    acte("/gestion/dossiers/{id}/assignation", "Confie le dossier à quelqu'un, ou à personne", Json("AssignationForm")),
    acte("/gestion/dossiers/{id}/fiche", "Numéro OPI, régime, montant", Json("FicheForm")),
    agir("post", "/gestion/lots", P, "Le même acte sur plusieurs dossiers ; essai possible", Json("Lot"), (200, Json("RapportLot"))),
    lire("/gestion/exports/colonnes", P, "Les colonnes d'un export", Json("Colonnes")),
    avec(lire("/gestion/exports/dossiers.csv", P, "Les dossiers en CSV", Type("text/csv")), EXPORT),
    avec(lire("/gestion/exports/dossiers.xlsx", P, "Les dossiers en classeur", Type(XLSX)), EXPORT),
    avec(lire("/gestion/exports/dossiers.zip", P, "Les dossiers, un PDF chacun, en une archive", Type("application/zip")), EXPORT),
    lire("/gestion/exports/archives", P, "Mes archives, en cours et prêtes", Json("Archives")),
    avec(agir("post", "/gestion/exports/archives", P, "Commence une archive en arrière-plan", Rien, (202, Json("Archive"))), EXPORT),
    lire("/gestion/exports/archives/{id}", P, "Où en est une archive", Json("Archive")),
    agir("delete", "/gestion/exports/archives/{id}", P, "Abandonne ou retire une archive", Rien, (204, Rien)),
    lire("/gestion/exports/archives/{id}/fichier", P, "L'archive", Type("application/zip")),
    avec(lire("/gestion/pv/modele.xlsx", P, "Le procès-verbal à remplir, avec les dossiers de la formation", Type(XLSX)), &[("formation", "code de la formation"), ("langue", "fr ou en")]),
    avec(agir("post", "/gestion/pv", P, "Saisit les avis d'un procès-verbal (XLSX ou CSV, 2 Mio au plus), tous ou aucun", Envoi, (200, Json("RapportPv"))), &[("formation", "code, si le fichier ne donne que les numéros des candidats"), ("essai", "1 : vérifie chaque ligne, ne saisit rien")]),
    avec(lire("/gestion/statistiques", P, "Les chiffres de sa portée", Json("Statistiques")), FILTRE),
    avec(lire("/gestion/statistiques.csv", P, "Les mêmes, en CSV", Type("text/csv")), &[("quoi", "formations, jours, entonnoir ou commissions"), ("separateur", "comme pour un export"), ("langue", "fr ou en"), ("formation, centre, commission, etat, avis, reponse, q", "comme la liste des dossiers")]),
    avec(lire("/gestion/audit", P, "Qui a regardé ou fait quoi", Json("Audit")), AUDIT),
];
